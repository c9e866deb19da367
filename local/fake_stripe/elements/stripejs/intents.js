/** @typedef {import('@stripe/stripe-js').PaymentIntentResult} PaymentIntentResult */
/** @typedef {import('@stripe/stripe-js').SetupIntentResult} SetupIntentResult */
/** @typedef {import('@stripe/stripe-js').PaymentIntentOrSetupIntentResult} IntentResult */

/**
 * PaymentIntents and SetupIntents outside a Checkout Session, paid with a method that is saved already: an invoice that the customer has
 * to confirm, a bank's challenge. Collecting a new method takes a Checkout Session.
 * @param {Settings} settings
 * @param {ReturnType<typeof controllerOf>} openController
 */
function intentCalls(settings, openController) {
  /** @type {PageChannel | undefined} */
  let opened;
  const core = () =>
    (opened ??= openController("intents", {
      challenge: (/** @type {{id: string, clientSecret: string}} */ intent) =>
        showChallenge(settings, matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light", intent),
    }));

  /** @param {string} clientSecret @returns {Promise<any>} */
  const retrieve = (clientSecret) => core().call("retrieve", clientSecret);

  /** @param {string} clientSecret @param {Record<string, unknown>} params @returns {Promise<any>} */
  const confirm = (clientSecret, params) => core().call("confirm", clientSecret, params);

  /**
   * `confirmCardPayment` and `confirmCardSetup`.
   * @param {string} clientSecret
   * @param {{payment_method?: unknown, return_url?: string}} [data]
   * @param {{handleActions?: boolean}} [options]
   */
  async function confirmCard(clientSecret, { payment_method: method, return_url: returnUrl } = {}, { handleActions = true } = {}) {
    if (method !== undefined && typeof method !== "string") {
      unsupported("A card Element as payment_method")();
    }
    return confirm(clientSecret, { payment_method: method, return_url: returnUrl, handleActions });
  }

  /**
   * `confirmPayment` and `confirmSetup`.
   * @param {{clientSecret?: string, elements?: unknown, confirmParams?: Record<string, any>, redirect?: string}} options
   */
  async function confirmWith({ clientSecret, elements, confirmParams: params = {}, redirect = "always" }) {
    if (elements) {
      unsupported("confirming with an Elements object")();
    }
    if (!clientSecret) {
      throw new IntegrationError("clientSecret is missing.");
    }
    if (redirect !== "if_required" && !params.return_url) {
      throw new IntegrationError("confirmParams.return_url is missing.");
    }
    const result = await confirm(clientSecret, { payment_method: params.payment_method, return_url: params.return_url });
    if (result.error || redirect === "if_required") {
      return result;
    }
    const { id, status, client_secret: secret } = result.paymentIntent ?? result.setupIntent;
    const target = new URL(params.return_url);
    const prefix = result.paymentIntent ? "payment_intent" : "setup_intent";
    target.searchParams.set(prefix, id);
    target.searchParams.set(`${prefix}_client_secret`, secret);
    target.searchParams.set("redirect_status", status);
    window.location.assign(target);
    return new Promise(() => {}); // never settled: the page is on its way out
  }

  return {
    /** @type {(clientSecret: string) => Promise<PaymentIntentResult>} */
    retrievePaymentIntent: retrieve,
    /** @type {(clientSecret: string) => Promise<SetupIntentResult>} */
    retrieveSetupIntent: retrieve,
    /** @type {(clientSecret: string, data?: any, options?: {handleActions?: boolean}) => Promise<PaymentIntentResult>} */
    confirmCardPayment: confirmCard,
    /** @type {(clientSecret: string, data?: any, options?: {handleActions?: boolean}) => Promise<SetupIntentResult>} */
    confirmCardSetup: confirmCard,
    /** @type {(options: any) => Promise<any>} */
    confirmPayment: confirmWith,
    /** @type {(options: any) => Promise<any>} */
    confirmSetup: confirmWith,
    /** @type {(options: {clientSecret?: string, hashedValue?: string}) => Promise<IntentResult>} */
    async handleNextAction({ clientSecret, hashedValue }) {
      if (hashedValue || !clientSecret) {
        throw new IntegrationError("handleNextAction needs a clientSecret.");
      }
      return core().call("handleNextAction", clientSecret);
    },
  };
}
