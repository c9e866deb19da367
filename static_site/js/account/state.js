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
    case "past_due":
      // A renewal that the bank wants confirmed: another card is not what is asked for.
      return paymentStatus === "action_required" ? "action_required" : "past_due";
    case "incomplete_expired":
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

/** @typedef {"subscribe" | "keep" | "update_method" | "add_method" | "pay" | "confirm" | "resume" | "refresh"} Step */

/**
 * The one right thing to do next; null where there is nothing to do.
 *
 * @param {Subscription | null | undefined} subscription
 * @param {import("../shapes.js").PaymentMethod | null | undefined} method
 * @returns {Step | null}
 */
export function nextStep(subscription, method) {
  switch (stateOf(subscription)) {
    case "none":
    case "canceled":
    case "incomplete_expired":
      return "subscribe";
    case "ending":
      return "keep";
    case "past_due":
    case "unpaid":
    case "payment_failed":
      return "update_method";
    case "action_required":
      return "confirm";
    case "incomplete":
      return "pay";
    case "change_pending":
      return subscription?.paymentStatus === "action_required" ? "confirm" : "pay";
    case "paused":
      return method ? "resume" : "add_method";
    case "trialing":
      return method ? null : "add_method";
    case "unknown":
      return "refresh";
    default:
      return null;
  }
}

/** Whether an invoice is open that a new payment method should pay. @param {Subscription | null | undefined} subscription */
export function owes(subscription) {
  const step = nextStep(subscription, null);
  return step === "update_method" || step === "confirm" || step === "pay";
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
