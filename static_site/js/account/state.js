/**
 * What a subscription means for its owner: Stripe's status, the payment's, and what is scheduled, as one state with one next step.
 * Pure functions; the words are in `account.states.*`.
 */

import { cardExpiresAt } from "../dates.js";

/** @typedef {import("../shapes.js").Subscription} Subscription */
/** @typedef {import("../components/notice.js").Tone} Tone */
/**
 * @typedef {"none" | "trialing" | "active" | "ending" | "processing" | "payment_failed" | "action_required" | "incomplete"
 *   | "incomplete_expired" | "past_due" | "unpaid" | "paused" | "canceled" | "change_pending" | "unknown"} State
 */

const LIVE = new Set(["active", "trialing", "past_due", "unpaid", "paused", "incomplete"]);

/** @type {Record<State, Tone | "plain">} */
const TONES = {
  none: "plain",
  trialing: "info",
  active: "ok",
  ending: "warn",
  processing: "info",
  payment_failed: "danger",
  action_required: "warn",
  incomplete: "warn",
  incomplete_expired: "plain",
  past_due: "danger",
  unpaid: "danger",
  paused: "warn",
  canceled: "plain",
  change_pending: "info",
  unknown: "plain",
};

/**
 * Whether a subscription still runs, so that a second one would be charged beside it.
 *
 * @param {Pick<Subscription, "status">} subscription
 */
export function isLive({ status }) {
  return LIVE.has(status);
}

/**
 * The one state to show. A payment in trouble comes before what is scheduled, since it needs the customer sooner.
 *
 * @param {Subscription | null | undefined} subscription
 * @returns {State}
 */
export function stateOf(subscription) {
  if (!subscription) {
    return "none";
  }
  const { status, paymentStatus } = subscription;
  switch (status) {
    case "active":
    case "trialing":
      if (subscription.pendingUpdate) {
        return "change_pending";
      }
      if (paymentStatus === "action_required" || paymentStatus === "processing") {
        return paymentStatus;
      }
      if (paymentStatus === "failed") {
        return "payment_failed";
      }
      if (subscription.cancelAt) {
        return "ending";
      }
      return status;
    case "incomplete":
      return paymentStatus === "processing" || paymentStatus === "action_required" ? paymentStatus : "incomplete";
    case "incomplete_expired":
    case "past_due":
    case "unpaid":
    case "paused":
    case "canceled":
      return status;
    default:
      return "unknown";
  }
}

/** @param {State} state */
export function toneOf(state) {
  return TONES[state];
}

/**
 * @typedef {object} Possible what the customer can do
 * @property {boolean} subscribe
 * @property {boolean} change
 * @property {boolean} keep withdraw a scheduled cancellation
 * @property {boolean} cancel
 * @property {boolean} cancelAtPeriodEnd rather than only at once
 */

/**
 * @param {Subscription | null | undefined} subscription
 * @returns {Possible}
 */
export function possible(subscription) {
  const state = stateOf(subscription);
  const scheduled = Boolean(subscription?.cancelAt);
  const live = Boolean(subscription && isLive(subscription));
  return {
    subscribe: state === "none" || state === "canceled" || state === "incomplete_expired",
    change: (state === "active" || state === "trialing") && !scheduled,
    keep: live && scheduled,
    cancel: live && !scheduled,
    cancelAtPeriodEnd: subscription?.status === "active" || subscription?.status === "trialing",
  };
}

/** States that change by themselves soon, so that the page looks again. @param {State} state */
export function isMoving(state) {
  return state === "processing" || state === "incomplete" || state === "change_pending" || state === "action_required";
}

/**
 * @param {import("../shapes.js").PaymentMethod | null | undefined} method
 * @param {number | null | undefined} nextCharge Unix seconds
 * @param {number} now Unix seconds
 * @returns {"expired" | "expiring" | null} `expiring`: before the next charge
 */
export function cardTrouble(method, nextCharge, now) {
  if (!method?.expMonth || !method.expYear) {
    return null;
  }
  const end = cardExpiresAt(method.expMonth, method.expYear);
  if (end <= now) {
    return "expired";
  }
  return nextCharge && end <= nextCharge ? "expiring" : null;
}
