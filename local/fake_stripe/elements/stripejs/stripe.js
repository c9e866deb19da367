/** Calls of Stripe.js that a site would notice missing: they say so by name. */
const NOT_HERE = [
  'elements', 'createPaymentMethod', 'createConfirmationToken', 'createToken', 'createSource', 'retrieveSource', 'paymentRequest',
  'confirmSepaDebitPayment', 'confirmSepaDebitSetup', 'confirmAuBecsDebitPayment', 'confirmAuBecsDebitSetup', 'confirmUsBankAccountPayment',
  'confirmIdealPayment', 'collectBankAccountForPayment', 'collectBankAccountForSetup', 'verifyMicrodepositsForPayment',
  'handleCardAction', 'verifyIdentity', 'redirectToCheckout', 'initCheckoutFormSdk', 'initEmbeddedCheckout', 'createEmbeddedCheckoutPage',
];

/**
 * The global that a site calls. Test keys only.
 * @param {string} publishableKey `pk_test_…`
 * @param {{apiVersion?: string, locale?: string, stripeAccount?: string, betas?: string[], developerTools?: object}} [options]
 */
function Stripe(publishableKey, options = {}) {
  if (typeof publishableKey !== "string") {
    throw new IntegrationError("Missing value for Stripe(): apiKey should be a string.");
  }
  if (/^[sr]k_/.test(publishableKey)) {
    throw new IntegrationError("You should not use your secret key with Stripe.js.");
  }
  if (!publishableKey.startsWith("pk_test_")) {
    throw new IntegrationError("This stand-in for Stripe.js takes test keys (pk_test_…) only.");
  }
  if (options.stripeAccount) {
    unsupported("stripeAccount")();
  }

  const { apiVersion, locale = "auto" } = options;
  /** @type {Settings} */
  const settings = { publishableKey, apiVersion, locale: locale === "auto" ? navigator.language : locale, release: RELEASE };
  const openController = controllerOf(settings);
  /** @param {CheckoutOptions} checkoutOptions */
  const initCheckout = (checkoutOptions) => createCheckout(settings, openController, checkoutOptions);

  const stripe = {
    .../** @type {{}} */ (Object.fromEntries(NOT_HERE.map((name) => [name, unsupported(`stripe.${name}`)]))),
    ...intentCalls(settings, openController),
    registerAppInfo() {},
    _registerWrapper() {}, // the npm loader calls it
  };
  // Each release knows its own name only; the other is undefined, as with the real one.
  return RELEASE === "endive" ? { ...stripe, initCheckoutElementsSdk: initCheckout } : { ...stripe, initCheckout };
}

Object.assign(Stripe, { version: RELEASE });
