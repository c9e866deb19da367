/**
 * PaymentIntents and SetupIntents outside a Checkout Session: an invoice whose payment the customer has to confirm, or a bank's
 * challenge to a saved method. Answers `{paymentIntent}`, `{setupIntent}` or `{error}`, as `@stripe/stripe-js` types them.
 */

import { StripeApiError } from "../shared/api.js";
import { declineMessage, t } from "../shared/messages.js";

/** @typedef {import('../shared/api.js').ApiError} ApiError */

/**
 * @param {string} clientSecret `pi_…_secret_…` or `seti_…_secret_…`
 * @returns {{key: 'paymentIntent' | 'setupIntent', path: string, id: string}}
 * @throws {StripeApiError} when it is neither
 */
function locate(clientSecret) {
  const [id, secret] = clientSecret.split("_secret_");
  if (secret && id.startsWith("pi_")) {
    return { key: "paymentIntent", path: `/v1/payment_intents/${id}`, id };
  }
  if (secret && id.startsWith("seti_")) {
    return { key: "setupIntent", path: `/v1/setup_intents/${id}`, id };
  }
  throw new StripeApiError({ type: "invalid_request_error", code: "resource_missing", param: "intent", message: t("badIntentSecret") });
}

/**
 * @param {import('../shared/api.js').Api} api
 * @param {(handlers: import('../shared/channel.js').Handlers) => import('../shared/channel.js').Channel} connect
 */
export function intents(api, connect) {
  /** @param {string} clientSecret */
  const fetchIntent = (clientSecret) => api.get(locate(clientSecret).path, { client_secret: clientSecret });

  /**
   * @param {string} clientSecret
   * @param {(clientSecret: string) => Promise<any>} work → the intent
   */
  async function answer(clientSecret, work) {
    try {
      const { key } = locate(clientSecret);
      return { [key]: await work(clientSecret) };
    } catch (error) {
      if (!(error instanceof StripeApiError)) {
        throw error;
      }
      const { code, decline_code: declineCode, message } = error.error;
      return { error: { ...error.error, message: declineMessage(code, declineCode) ?? message } };
    }
  }

  /**
   * Shows the bank's challenge if the intent asks for one.
   * @param {any} intent
   * @throws {StripeApiError} when the customer could not be authenticated
   */
  async function act(intent) {
    if (intent.status !== "requires_action") {
      return intent;
    }
    if (intent.next_action?.type !== "use_stripe_sdk") {
      throw new StripeApiError({ type: "invalid_request_error", message: t("unsupportedAction", { type: intent.next_action?.type }) });
    }
    await embedder.call("challenge", { id: intent.id, clientSecret: intent.client_secret });
    const after = await fetchIntent(intent.client_secret);
    const failed = after.last_payment_error ?? after.last_setup_error;
    if (after.status === "requires_payment_method") {
      throw new StripeApiError(failed ?? { type: "invalid_request_error", message: t("authenticationFailed") });
    }
    return after;
  }

  const embedder = connect({
    /** @param {string} clientSecret */
    retrieve: (clientSecret) => answer(clientSecret, fetchIntent),

    /** @param {string} clientSecret */
    handleNextAction: (clientSecret) => answer(clientSecret, async () => act(await fetchIntent(clientSecret))),

    /**
     * An intent that already waits for the bank goes straight to the challenge, unless another payment method is given.
     * @param {string} clientSecret
     * @param {{payment_method?: string, return_url?: string, handleActions?: boolean}} params
     */
    confirm: (clientSecret, { handleActions = true, ...params }) =>
      answer(clientSecret, async () => {
        const before = await fetchIntent(clientSecret);
        const intent =
          before.status === "requires_action" && !params.payment_method
            ? before
            : await api.post(`${locate(clientSecret).path}/confirm`, { client_secret: clientSecret, ...params });
        return handleActions ? act(intent) : intent;
      }),
  });
}
