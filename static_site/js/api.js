/**
 * The project's HTTP API. Times are Unix seconds, amounts minor units. Every call throws `ServiceError`; reads are tried once more
 * when the way there was at fault, writes never: whether one went through is then for the page to find out.
 */

import { config } from "./config.js";
import { ServiceError } from "./errors.js";
import { send } from "./http.js";
import { idToken } from "./session.js";

/** @typedef {import("./shapes.js").Account} Account */
/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Invoice} Invoice */
/** @typedef {import("./shapes.js").Preview} Preview */
/** @typedef {import("./shapes.js").SessionStatus} SessionStatus */
/** @typedef {import("./shapes.js").Subscription} Subscription */

const READ_AGAIN_AFTER_MS = 400;

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: Record<string, unknown>, open?: boolean}} [options] `open`: no token needed
 * @returns {Promise<any>}
 */
async function call(method, path, options = {}) {
  try {
    return await attempt(method, path, options);
  } catch (error) {
    if (method === "GET" && error instanceof ServiceError && (error.status === 0 || error.status >= 500)) {
      await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_AFTER_MS));
      return attempt(method, path, options);
    }
    throw error;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{body?: Record<string, unknown>, open?: boolean, renew?: boolean}} options
 * @returns {Promise<any>}
 */
async function attempt(method, path, { body, open = false, renew = false }) {
  const { apiUrl } = await config();
  /** @type {Record<string, string>} */
  const headers = body ? { "content-type": "application/json" } : {};
  if (!open) {
    headers.authorization = `Bearer ${await idToken({ renew })}`;
  }
  const answer = await send(apiUrl.replace(/\/$/, "") + path, { method, headers, body: body && JSON.stringify(body) });
  if (answer.ok) {
    return answer.body;
  }
  if (answer.status === 401 && !open && !renew) {
    // Refused before anything was done, so once more with a fresh token is safe for writes too.
    return attempt(method, path, { body, renew: true });
  }
  // The API says `{error: {code, message}}`, the gateway in front of it `{message}`.
  const code = answer.body?.error?.code ?? (answer.status === 401 ? "signed_out" : `http_${answer.status}`);
  throw new ServiceError(code, answer.status, answer.body?.error?.message ?? answer.body?.message);
}

/** @returns {Promise<Catalogue>} */
export const getPlans = () => call("GET", "/plans", { open: true });

/** @returns {Promise<Account>} */
export const getAccount = () => call("GET", "/account");

/**
 * @param {{name?: string}} details
 * @returns {Promise<{customerId: string}>}
 */
export const createCustomer = (details) => call("POST", "/create-customer", { body: details });

/**
 * @param {{lookupKey: string, currency?: string}} choice
 * @returns {Promise<{sessionId: string, clientSecret: string}>}
 */
export const createCheckoutSession = (choice) => call("POST", "/create-checkout-session", { body: choice });

/**
 * @param {string} sessionId
 * @returns {Promise<SessionStatus>}
 */
export const getSessionStatus = (sessionId) => call("GET", `/session-status?${new URLSearchParams({ session_id: sessionId })}`);

/**
 * As `getSessionStatus`, and brings the account up to what the session says at once, however late the webhook is.
 *
 * @param {string} sessionId
 * @returns {Promise<SessionStatus>}
 */
export const settleSession = (sessionId) => call("POST", "/settle-session", { body: { sessionId } });

/**
 * @param {{subscriptionId: string, newPriceId: string}} change
 * @returns {Promise<Preview>}
 */
export const previewChange = (change) => call("POST", "/create-preview-invoice", { body: change });

/**
 * @param {{subscriptionId: string, newPriceId: string, prorationDate: number}} change with the preview's `prorationDate`, so that what
 *   is billed is what was shown
 * @returns {Promise<Subscription>}
 */
export const changePlan = (change) => call("POST", "/update-subscription", { body: change });

/**
 * @param {{subscriptionId: string, when: "now" | "period_end"}} order
 * @returns {Promise<Subscription>}
 */
export const cancelSubscription = (order) => call("POST", "/cancel-subscription", { body: order });

/**
 * @param {string} subscriptionId
 * @returns {Promise<Subscription>}
 */
export const resumeSubscription = (subscriptionId) => call("POST", "/resume-subscription", { body: { subscriptionId } });

/**
 * A session that saves another payment method.
 *
 * @returns {Promise<{sessionId: string, clientSecret: string}>}
 */
export const createSetupSession = () => call("POST", "/create-setup-session", { body: {} });

/** @returns {Promise<{invoices: Invoice[]}>} newest first */
export const getInvoices = () => call("GET", "/invoices");

/**
 * @param {string} invoiceId
 * @returns {Promise<{status: string, clientSecret?: string}>} `paid`, `processing`, or `requires_action` with the secret to confirm with
 */
export const payInvoice = (invoiceId) => call("POST", "/pay-invoice", { body: { invoiceId } });

/** @returns {Promise<{deleted: true}>} */
export const deleteAccount = () => call("DELETE", "/account");
