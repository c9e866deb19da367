/**
 * One Checkout Session in a browser: what `initCheckout` (clover) and `initCheckoutElementsSdk` (endive) stand for.
 *
 * The page's side calls `load`, `update`, `refresh` and `confirm`; this side tells it every new `session`, asks it to `submit` its
 * mounted elements (which make the payment method) and to show a bank's `challenge`. Results have the shape that stripe.js returns:
 * `{type: 'success', session}` or `{type: 'error', error}`.
 */

import { StripeApiError } from "../shared/api.js";
import { declineMessage, t } from "../shared/messages.js";
import { cloverSession, endiveSession } from "./session.js";

/** @typedef {import('../shared/page.js').Page} Page */
/** @typedef {{message: string, code: string | null, paymentFailed?: {declineCode: string | null}}} ResultError */
/** @typedef {{type: 'success', session: object} | {type: 'error', error: ResultError}} Result */

/** How often, and how many milliseconds apart, the session is asked for once the bank has answered. */
const SETTLE_TRIES = 10;
const SETTLE_PAUSE = 300;

/**
 * @param {string} message
 * @param {string | null} [code]
 * @returns {{type: 'error', error: ResultError}}
 */
const failure = (message, code = null) => ({ type: "error", error: { message, code } });

/**
 * @param {string} message
 * @param {string | null | undefined} declineCode
 * @returns {{type: 'error', error: ResultError}}
 */
const paymentFailed = (message, declineCode) => ({
  type: "error",
  error: { message, code: "paymentFailed", paymentFailed: { declineCode: declineCode ?? null } },
});

/**
 * @param {import('../shared/api.js').Api} api
 * @param {import('./main.js').ConnectOptions} options
 * @param {(handlers: import('../shared/channel.js').Handlers) => import('../shared/channel.js').Channel} connect
 */
export function checkout(api, { locale, release }, connect) {
  let path = "";
  let clientSecret = "";
  let confirming = false;
  /** @type {Page} */
  let page;
  /** @type {Record<string, boolean>} which of the mounted elements are complete */
  let complete = {};

  const canConfirm = () => page.status === "open" && Boolean(page.email ?? page.customer_email) && Object.values(complete).every(Boolean);
  const session = () => (release === "endive" ? endiveSession : cloverSession)(page, locale, canConfirm());

  /** @param {Page} newPage */
  function show(newPage) {
    page = newPage;
    embedder.tell("session", session());
  }

  const reload = async () => show(await api.post(`${path}/init`, { client_secret: clientSecret }));

  /** @param {string} secret */
  async function load(secret) {
    const [id] = secret.split("_secret_");
    if (!id.startsWith("cs_") || id === secret) {
      return failure(t("badClientSecret"));
    }
    [path, clientSecret] = [`/v1/payment_pages/${id}`, secret];
    try {
      page = await api.post(`${path}/init`, { client_secret: clientSecret });
    } catch (error) {
      return failure(messageOf(error));
    }
    return { type: "success", session: session(), form: formOptions(page) };
  }

  /** @param {Record<string, unknown>} params */
  async function update(params) {
    try {
      show(await api.post(path, { client_secret: clientSecret, ...params }));
      return { type: "success", session: session() };
    } catch (error) {
      return "promotion_code" in params && error instanceof StripeApiError ? codeRefused(error.error) : failure(messageOf(error));
    }
  }

  /** @param {import("../shared/api.js").ApiError} error to a promotion code */
  function codeRefused({ type, code, message }) {
    if (type !== "invalid_request_error") {
      return failure(message);
    }
    const tooLittle = release === "endive" && code === "promotion_code_minimum_amount";
    return tooLittle ? failure(message, "promotionCodeAmountInsufficient") : failure(t("invalidPromotionCode"), "invalidCode");
  }

  async function refresh() {
    try {
      await reload();
      return { type: "success", session: session() };
    } catch (error) {
      return failure(messageOf(error));
    }
  }

  /** @param {any} args as a site gives them to `actions.confirm` */
  async function confirm(args) {
    if (confirming) {
      return failure(t("confirmInFlight"));
    }
    if (page.status !== "open") {
      return failure(t(page.status === "complete" ? "sessionComplete" : "sessionExpired"));
    }
    const returnUrl = args.returnUrl ?? page.return_url;
    if (!returnUrl && args.redirect !== "if_required") {
      return failure(t("returnUrlMissing"));
    }
    const email = args.email ?? page.email ?? page.customer_email;
    if (!email) {
      return failure(t("emailMissing"));
    }
    confirming = true;
    try {
      const billing = args.billingAddress ?? page.billing_address;
      const submitted = args.paymentMethod
        ? { paymentMethod: args.paymentMethod }
        : await embedder.call("submit", { name: billing?.name, address: billing?.address, email, phone: args.phoneNumber ?? page.phone });
      if (submitted.error) {
        return failure(submitted.error);
      }
      return await pay({
        payment_method: submitted.paymentMethod,
        expected_amount: page.mode === "setup" ? undefined : page.totals.total,
        return_url: returnUrl ?? undefined,
        email: args.email,
        phone_number: args.phoneNumber,
        billing_address: args.billingAddress,
        shipping_address: args.shippingAddress,
      });
    } finally {
      confirming = false;
    }
  }

  /**
   * @param {Record<string, unknown>} params of `POST /v1/payment_pages/{session}/confirm`
   * @returns {Promise<Result & {returnUrl?: string}>}
   * @throws when nobody can tell whether the payment was made: the answer is lost, and so is the connection
   */
  async function pay(params) {
    try {
      show(await api.post(`${path}/confirm`, { client_secret: clientSecret, ...params }));
    } catch (error) {
      if (!(error instanceof StripeApiError)) {
        throw error;
      }
      await reload();
      // An answer that got lost may have been a yes; then the session says so.
      if (page.status !== "complete") {
        return refused(error.error);
      }
    }
    const intent = page.payment_intent ?? page.setup_intent;
    if (page.status === "open" && intent?.status === "requires_action") {
      await embedder.call("challenge", { id: intent.id, clientSecret: intent.client_secret });
      await settle(intent.id);
    }
    if (page.status === "complete") {
      const returnUrl = /** @type {string | undefined} */ (params.return_url);
      return { type: "success", session: session(), returnUrl: returnUrl?.replaceAll("{CHECKOUT_SESSION_ID}", page.session_id) };
    }
    const { message, code, decline_code: declineCode } = page.last_payment_error ?? { message: t("processingError") };
    return paymentFailed(declineMessage(code, declineCode) ?? message, declineCode);
  }

  /** The bank has answered: wait until the session shows it. */
  async function settle(/** @type {string} */ intentId) {
    for (let tries = 0; tries < SETTLE_TRIES; tries++) {
      await reload();
      const intent = page.payment_intent ?? page.setup_intent;
      if (page.status !== "open" || intent?.id !== intentId || intent.status !== "requires_action") {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, SETTLE_PAUSE));
    }
  }

  /** @param {import('../shared/api.js').ApiError} error */
  function refused({ type, code, decline_code: declineCode, message }) {
    if (type !== "card_error") {
      return failure(message);
    }
    const words = declineMessage(code, declineCode) ?? message;
    embedder.tell("declined", { code, message: words });
    return paymentFailed(words, declineCode);
  }

  const embedder = connect({
    load,
    update,
    refresh,
    confirm,
    /** @param {Record<string, boolean>} elements */
    completeness(elements) {
      const before = page && canConfirm();
      complete = elements;
      if (page && canConfirm() !== before) {
        show(page);
      }
    },
  });
}

/**
 * What the element frames need to know of the session.
 * @param {Page} page
 */
const formOptions = (page) => ({
  paymentMethodTypes: page.payment_method_types,
  businessName: page.business_name,
  mode: page.mode,
  email: page.email ?? page.customer_email,
  billingAddress: page.billing_address,
  shippingAddress: page.shipping_address,
});

/** @param {unknown} error */
function messageOf(error) {
  if (error instanceof StripeApiError) {
    return error.message;
  }
  throw error;
}
