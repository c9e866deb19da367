/** The subscription at a glance: state, plan, what comes next, and the one next step. */

import { costIn, divisorOf, findPrice } from "../catalogue.js";
import { button, linkButton } from "../components/buttons.js";
import { icon } from "../components/icons.js";
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { pageUrl } from "../navigation.js";
import { amountEvery, date, money } from "../words.js";
import { methodInWords } from "./method.js";
import { ring } from "./ring.js";
import { isLive, nextStep, possible, stateOf, toneOf } from "./state.js";

/** @typedef {import("../shapes.js").Account} Account */
/** @typedef {import("../shapes.js").Catalogue} Catalogue */
/** @typedef {import("../shapes.js").Subscription} Subscription */

/**
 * @param {Subscription | null | undefined} subscription
 * @param {Catalogue | null} catalogue
 */
export function planName(subscription, catalogue) {
  const plans = catalogue?.plans ?? [];
  return plans.find((plan) => plan.productId === subscription?.productId)?.name ?? t("account.unnamedPlan");
}

/** What stands for a state without a paid period to show. @type {Partial<Record<import("./state.js").State, Parameters<typeof icon>[0]>>} */
const MARKS = {
  none: "plus",
  incomplete: "clock",
  action_required: "alert",
  incomplete_expired: "cross",
  past_due: "alert",
  payment_failed: "alert",
  unpaid: "alert",
  paused: "pause",
  canceled: "cross",
  unknown: "info",
};

/**
 * @param {Account} account
 * @param {Catalogue | null} catalogue
 * @param {import("../pages/account.js").Deeds} deeds
 */
export function overview(account, catalogue, deeds) {
  const subscription = account.subscription ?? null;
  const state = stateOf(subscription);
  const price = findPrice(catalogue, (each) => each.id === subscription?.priceId)?.price ?? null;
  const tone = toneOf(state);
  const mark = MARKS[state];
  return h(
    "section",
    { class: "card overview", "aria-labelledby": "plan-title" },
    mark || !subscription
      ? h("div", { class: `mark mark--${tone}` }, icon(mark ?? "info", 32))
      : ring({ end: subscription.cancelAt ?? subscription.currentPeriodEnd, recurring: price, tone }),
    h(
      "div",
      { class: "overview__head" },
      subscription && h("h2", { class: "overview__plan", id: "plan-title", "data-testid": "plan-name" }, planName(subscription, catalogue)),
      h(
        subscription ? "p" : "h2",
        {
          class: `badge badge--${tone}`,
          id: subscription ? null : "plan-title",
          "data-testid": "subscription-status",
          "data-state": state,
          "data-status": subscription?.status ?? "none",
        },
        t(`account.states.${state}.badge`),
      ),
    ),
    h(
      "div",
      { class: "stack overview__body" },
      h("p", { "data-testid": "status-text" }, stateText(account, catalogue)),
      subscription && facts(subscription, catalogue),
      nextSteps(account, deeds),
    ),
  );
}

/**
 * @param {Account} account
 * @param {Catalogue | null} catalogue
 */
function stateText({ subscription, paymentMethod }, catalogue) {
  const state = stateOf(subscription);
  if ((state === "past_due" || state === "unpaid") && paymentMethod) {
    return t(`account.states.${state}.textMethod`, { method: methodInWords(paymentMethod) });
  }
  const pending = subscription?.pendingUpdate;
  const end =
    (state === "ending" && subscription?.cancelAt) || (state === "trialing" && subscription?.trialEnd) || pending?.expiresAt || subscription?.currentPeriodEnd;
  return t(`account.states.${state}.text`, {
    date: end ? date(end) : "",
    plan: findPrice(catalogue, (price) => price.id === pending?.priceId)?.plan.name ?? t("account.unnamedPlan"),
    status: subscription?.status ?? "",
  });
}

/**
 * @param {Subscription} subscription
 * @param {Catalogue | null} catalogue
 */
function facts(subscription, catalogue) {
  const state = stateOf(subscription);
  /** @type {[label: string, value: string, testid: string, rest?: string][]} */
  const rows = [];
  const price = findPrice(catalogue, (each) => each.id === subscription.priceId)?.price;
  const { nextCharge } = subscription;
  const divisor = nextCharge && (nextCharge.minorUnitDivisor ?? divisorOf(catalogue, nextCharge.currency));
  if (!isLive(subscription)) {
    return null;
  }
  const cost = price && costIn(price, nextCharge?.currency ?? price.currency);
  if (price && cost) {
    rows.push([t("account.price"), amountEvery(cost, price), "plan-rate"]);
  }
  if (state === "trialing" && subscription.trialEnd) {
    rows.push([t("account.trialEnds"), date(subscription.trialEnd), "trial-end"]);
  }
  if (subscription.cancelAt && possible(subscription).keep) {
    rows.push([t("account.endsOn"), date(subscription.cancelAt), "ends-on"]);
  } else if (nextCharge && divisor && state !== "past_due" && state !== "unpaid") {
    const amount = money({ amount: nextCharge.amount, currency: nextCharge.currency, minorUnitDivisor: divisor });
    rows.push([t("account.nextCharge"), amount, "next-charge", t("account.onDate", { date: date(nextCharge.at) })]);
  }
  if (rows.length === 0) {
    return null;
  }
  return h(
    "dl",
    { class: "facts" },
    ...rows.map(([label, value, testid, rest]) =>
      h("div", {}, h("dt", {}, label), h("dd", { class: "number", "data-testid": testid }, value, rest && " ", rest && h("span", { class: "facts__rest" }, rest))),
    ),
  );
}

/**
 * One primary step, and what else can be done.
 *
 * @param {Account} account
 * @param {import("../pages/account.js").Deeds} deeds
 */
function nextSteps({ subscription, paymentMethod }, deeds) {
  const can = possible(subscription);
  const step = nextStep(subscription, paymentMethod);
  const steps = [];
  if (step === "subscribe") {
    const label = t(subscription ? "account.actions.resubscribe" : "account.actions.choosePlan");
    steps.push(linkButton(label, pageUrl("index.html"), { kind: "primary", testid: "resubscribe" }));
  } else if (step && step !== "keep") {
    steps.push(button(t(`account.actions.${step}`), { kind: "primary", press: press(step, deeds), testid: `${step.replace("_", "-")}-button` }));
  }
  if (subscription && can.keep) {
    const kind = step === "keep" ? "primary" : undefined;
    steps.push(button(t("account.actions.keep"), { kind, press: () => deeds.keep(subscription), testid: "keep-plan-button" }));
  }
  if (subscription && can.cancel) {
    steps.push(button(t("account.actions.cancel"), { press: () => deeds.cancel(subscription), testid: "cancel-button" }));
  }
  return steps.length > 0 ? h("div", { class: "row" }, ...steps) : null;
}

/**
 * @param {Exclude<import("./state.js").Step, "subscribe" | "keep">} step
 * @param {import("../pages/account.js").Deeds} deeds
 * @returns {() => Promise<void>}
 */
function press(step, deeds) {
  const { updateMethod, pay, resume, refresh } = deeds;
  return { update_method: updateMethod, add_method: updateMethod, pay, confirm: pay, resume, refresh }[step];
}
