/**
 * What a Checkout Session and the account together say of a payment. Success is claimed only when both agree: the session that it was
 * paid, and the account, which only Stripe's webhooks change, that the plan is on. Pure functions.
 */

import { stateOf } from "../account/state.js";

/** @typedef {import("../shapes.js").Account} Account */
/** @typedef {import("../shapes.js").SessionStatus} SessionStatus */
/** @typedef {"failed" | "expired" | "settling" | "done" | "trial" | "processing" | "debit_failed" | "see_account"} Outcome */

/**
 * @param {SessionStatus} session
 * @returns {"failed" | "expired" | "complete"} `failed`: still open, so nothing was paid
 */
export function sessionOutcome({ status }) {
  return status === "complete" ? "complete" : status === "expired" ? "expired" : "failed";
}

/**
 * The subscription that this session bought, once the account knows it.
 *
 * @param {SessionStatus} session
 * @param {Account} account
 */
export function boughtSubscription({ subscriptionId }, account) {
  const all = [account.subscription, ...account.otherSubscriptions];
  return (subscriptionId ? all.find((each) => each?.id === subscriptionId) : account.subscription) ?? null;
}

/**
 * @param {SessionStatus} session a complete one
 * @param {Account} account
 * @returns {Outcome} `settling`: the account does not agree yet
 */
export function accountOutcome(session, account) {
  const bought = boughtSubscription(session, account);
  const paid = session.paymentStatus === "paid" || session.paymentStatus === "no_payment_required";
  switch (stateOf(bought)) {
    case "active":
    case "ending":
    case "change_pending":
      // A subscription is active at once while its first debit is on its way: active is not yet paid.
      return paid || bought?.paymentStatus === "paid" ? "done" : "processing";
    case "trialing":
      return "trial";
    case "processing":
      return paid ? "settling" : "processing";
    case "payment_failed":
      return "debit_failed";
    case "none":
    case "incomplete":
      return "settling";
    default:
      return "see_account";
  }
}
