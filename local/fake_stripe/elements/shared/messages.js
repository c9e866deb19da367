/**
 * Every word a buyer reads in the frames, in English and French. `useLocale` chooses; English stands in for other languages.
 */

const en = {
  standIn: "Test stand-in for Stripe. Use test numbers only.",
  // card
  card: "Card",
  cardNumber: "Card number",
  cardNumberIncomplete: "Your card number is incomplete.",
  cardNumberInvalid: "Your card number is invalid.",
  expiry: "Expiration date",
  expiryPlaceholder: "MM / YY",
  expiryIncomplete: "Your card's expiration date is incomplete.",
  expiryMonthInvalid: "Your card's expiration date is invalid.",
  expiryYearPast: "Your card's expiration year is in the past.",
  expiryPast: "Your card's expiration date is in the past.",
  cvc: "Security code",
  cvcPlaceholder: "CVC",
  cvcHint: "{n}-digit code on your card",
  cvcIncomplete: "Your card's security code is incomplete.",
  acceptedCards: "Accepted cards",
  cardTerms: "By entering your card, you allow {business} to charge it for this and for later payments, as its terms say.",
  // addresses
  country: "Country",
  countryOrRegion: "Country or region",
  zip: "ZIP code",
  postalCode: "Postal code",
  postcode: "Postcode",
  zipIncomplete: "Your ZIP code is incomplete.",
  postalCodeIncomplete: "Your postal code is incomplete.",
  fullName: "Full name",
  organization: "Organization",
  firstName: "First name",
  lastName: "Last name",
  phone: "Phone number",
  line1: "Address line 1",
  line1Placeholder: "Street address",
  line2: "Address line 2",
  line2Placeholder: "Apt., suite, unit number, etc. (optional)",
  city: "City",
  suburb: "Suburb",
  postTown: "Town or city",
  state: "State",
  province: "Province",
  region: "Region",
  choose: "Select",
  required: "This field is incomplete.",
  // debits
  email: "Email",
  emailInvalid: "Your email is invalid.",
  emailIncomplete: "Your email is incomplete.",
  sepaDebit: "SEPA Debit",
  iban: "IBAN",
  ibanIncomplete: "The IBAN you entered is incomplete.",
  ibanInvalid: "The IBAN you entered is invalid.",
  ibanCountry: "The IBAN you entered is not of a country in the SEPA zone.",
  sepaMandate:
    "By giving your IBAN and confirming, you authorise {business} and its payment provider to instruct your bank to debit your " +
    "account, and your bank to carry out those instructions. You may ask your bank for a refund within 8 weeks of the debit.",
  becsDebit: "BECS Direct Debit",
  bsb: "BSB",
  bsbIncomplete: "The BSB you entered is incomplete.",
  bsbInvalid: "The BSB you entered is invalid.",
  bsbTestBank: "Stripe Test Bank",
  accountNumber: "Account number",
  accountNumberIncomplete: "The account number you entered is incomplete.",
  becsMandate:
    "By giving your account details and confirming, you agree to this Direct Debit Request and authorise the payment provider of " +
    "{business} to debit your account through the Bulk Electronic Clearing System for what you owe {business}.",
  paymentMethod: "Payment method",
  noMethod: "None of the payment methods of this session is known to this stand-in: {types}.",
  thisBusiness: "this business",
  // results
  formIncomplete: "Please fill in your payment details.",
  badClientSecret: "This is not a Checkout Session's client secret.",
  badIntentSecret: "This is not a PaymentIntent's or SetupIntent's client secret.",
  confirmInFlight: "This session is already being confirmed.",
  sessionComplete: "This session is already complete.",
  sessionExpired: "This session has expired.",
  returnUrlMissing: "Give returnUrl to confirm, or return_url to the Checkout Session.",
  emailMissing: "An email is needed before this session can be confirmed.",
  invalidPromotionCode: "This promotion code is invalid.",
  processingError: "An error occurred while processing your payment. Try again.",
  unsupportedAction: "This stand-in cannot handle the next action {type}.",
  authenticationFailed: "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
  // the bank
  bank: "Test bank",
  challengeTitle: "Confirm it is you",
  challengeText: "In real life, this is where your bank would ask you to approve the payment. Choose how it ends.",
  challengeComplete: "Complete authentication",
  challengeFail: "Fail authentication",
  challengeError: "The bank could not be reached. Try again.",
};

/** @type {typeof en} */
const fr = {
  standIn: "Doublure de test de Stripe. Numéros de test uniquement.",
  card: "Carte",
  cardNumber: "Numéro de carte",
  cardNumberIncomplete: "Le numéro de carte est incomplet.",
  cardNumberInvalid: "Le numéro de carte est invalide.",
  expiry: "Date d'expiration",
  expiryPlaceholder: "MM / AA",
  expiryIncomplete: "La date d'expiration est incomplète.",
  expiryMonthInvalid: "La date d'expiration est invalide.",
  expiryYearPast: "L'année d'expiration est passée.",
  expiryPast: "La date d'expiration est passée.",
  cvc: "Code de sécurité",
  cvcPlaceholder: "CVC",
  cvcHint: "Code à {n} chiffres sur votre carte",
  cvcIncomplete: "Le code de sécurité est incomplet.",
  acceptedCards: "Cartes acceptées",
  cardTerms: "En saisissant votre carte, vous autorisez {business} à la débiter pour ce paiement et les suivants, selon ses conditions.",
  country: "Pays",
  countryOrRegion: "Pays ou région",
  zip: "Code ZIP",
  postalCode: "Code postal",
  postcode: "Code postal",
  zipIncomplete: "Le code ZIP est incomplet.",
  postalCodeIncomplete: "Le code postal est incomplet.",
  fullName: "Nom complet",
  organization: "Organisation",
  firstName: "Prénom",
  lastName: "Nom",
  phone: "Numéro de téléphone",
  line1: "Ligne d'adresse 1",
  line1Placeholder: "Numéro et rue",
  line2: "Ligne d'adresse 2",
  line2Placeholder: "Appartement, étage, etc. (facultatif)",
  city: "Ville",
  suburb: "Localité",
  postTown: "Ville",
  state: "État",
  province: "Province",
  region: "Région",
  choose: "Sélectionner",
  required: "Ce champ est incomplet.",
  email: "Adresse e-mail",
  emailInvalid: "L'adresse e-mail est invalide.",
  emailIncomplete: "L'adresse e-mail est incomplète.",
  sepaDebit: "Prélèvement SEPA",
  iban: "IBAN",
  ibanIncomplete: "L'IBAN saisi est incomplet.",
  ibanInvalid: "L'IBAN saisi est invalide.",
  ibanCountry: "L'IBAN saisi n'est pas celui d'un pays de la zone SEPA.",
  sepaMandate:
    "En indiquant votre IBAN et en confirmant, vous autorisez {business} et son prestataire de paiement à demander à votre banque de " +
    "débiter votre compte, et votre banque à le faire. Vous pouvez vous faire rembourser par elle dans les 8 semaines suivant le débit.",
  becsDebit: "Prélèvement BECS",
  bsb: "BSB",
  bsbIncomplete: "Le BSB saisi est incomplet.",
  bsbInvalid: "Le BSB saisi est invalide.",
  bsbTestBank: "Banque de test Stripe",
  accountNumber: "Numéro de compte",
  accountNumberIncomplete: "Le numéro de compte saisi est incomplet.",
  becsMandate:
    "En indiquant vos coordonnées bancaires et en confirmant, vous acceptez cette demande de prélèvement et autorisez le prestataire de " +
    "paiement de {business} à débiter votre compte par le système BECS des sommes dues à {business}.",
  paymentMethod: "Moyen de paiement",
  noMethod: "Aucun des moyens de paiement de cette session ne figure dans cette doublure : {types}.",
  thisBusiness: "ce commerçant",
  formIncomplete: "Renseignez vos informations de paiement.",
  badClientSecret: "Ce n'est pas le secret client d'une session Checkout.",
  badIntentSecret: "Ce n'est pas le secret client d'un PaymentIntent ou d'un SetupIntent.",
  confirmInFlight: "Cette session est déjà en cours de confirmation.",
  sessionComplete: "Cette session est déjà terminée.",
  sessionExpired: "Cette session a expiré.",
  returnUrlMissing: "Indiquez returnUrl à confirm, ou return_url à la session Checkout.",
  emailMissing: "Une adresse e-mail est nécessaire pour confirmer cette session.",
  invalidPromotionCode: "Ce code promotionnel n'est pas valide.",
  processingError: "Une erreur s'est produite pendant le paiement. Réessayez.",
  unsupportedAction: "Cette doublure ne sait pas traiter l’action {type}.",
  authenticationFailed: "Votre moyen de paiement n'a pas pu être authentifié. Choisissez-en un autre et réessayez.",
  bank: "Banque de test",
  challengeTitle: "Confirmez que c'est vous",
  challengeText: "En vrai, votre banque vous demanderait ici de valider le paiement. Choisissez comment cela se termine.",
  challengeComplete: "Terminer l'authentification",
  challengeFail: "Échouer l'authentification",
  challengeError: "La banque est injoignable. Réessayez.",
};

/** @type {Record<string, string>} French for what the API says in English, by decline code or else by error code */
const declinesInFrench = {
  insufficient_funds: "Votre carte ne dispose pas de fonds suffisants.",
  generic_decline: "Votre carte a été refusée.",
  card_declined: "Votre carte a été refusée.",
  lost_card: "Votre carte a été refusée.",
  stolen_card: "Votre carte a été refusée.",
  expired_card: "Votre carte a expiré.",
  incorrect_cvc: "Le code de sécurité de votre carte est incorrect.",
  processing_error: "Une erreur s'est produite pendant le traitement de votre carte. Réessayez.",
  incorrect_number: "Le numéro de carte est incorrect.",
  payment_intent_authentication_failure: fr.authenticationFailed,
  setup_intent_authentication_failure: fr.authenticationFailed,
};

/** @type {typeof en} */
let words = en;

/** @param {string} locale BCP 47 */
export function useLocale(locale) {
  words = locale.toLowerCase().startsWith("fr") ? fr : en;
}

/** @returns {'en' | 'fr'} */
export const language = () => (words === fr ? "fr" : "en");

/**
 * @param {keyof typeof en} key
 * @param {Record<string, string | number | undefined>} [values] for the `{…}` in it
 */
export function t(key, values = {}) {
  return words[key].replaceAll(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * The buyer's words for a refusal, or null to show the API's own English ones.
 * @param {string | null | undefined} code
 * @param {string | null | undefined} declineCode
 */
export function declineMessage(code, declineCode) {
  if (words !== fr) {
    return null;
  }
  return declinesInFrench[declineCode ?? ""] ?? declinesInFrench[code ?? ""] ?? null;
}
