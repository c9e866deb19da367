/** The payment method as its owner knows it: brand, last four digits, expiry, and a warning in time. */

import { button } from "../components/buttons.js";
import { notice } from "../components/notice.js";
import { now } from "../dates.js";
import { h } from "../dom.js";
import { hasWords, t } from "../i18n/index.js";
import { date } from "../words.js";
import { cardTrouble, nextStep } from "./state.js";

/** @typedef {import("../shapes.js").PaymentMethod} PaymentMethod */

/** Brands as their owners write them, by Stripe's `card.brand`. @type {Record<string, string>} */
const BRANDS = {
  amex: "American Express",
  cartes_bancaires: "Cartes Bancaires",
  diners: "Diners Club",
  discover: "Discover",
  eftpos_au: "eftpos",
  jcb: "JCB",
  mastercard: "Mastercard",
  unionpay: "UnionPay",
  visa: "Visa",
};

/** @param {PaymentMethod} method */
export function methodName({ type, brand }) {
  if (type === "card" && brand && BRANDS[brand]) {
    return BRANDS[brand];
  }
  return t(hasWords(`methods.${type}`) ? `methods.${type}` : "methods.other");
}

/**
 * In a sentence: "Visa ending in 4242".
 *
 * @param {PaymentMethod} method
 */
export function methodInWords(method) {
  return method.last4 ? t("methods.endingIn", { name: methodName(method), last4: method.last4 }) : methodName(method);
}

/**
 * @param {import("../shapes.js").Account} account
 * @param {import("../pages/account.js").Deeds} deeds
 */
export function methodCard({ subscription, paymentMethod: method }, deeds) {
  const nextChargeAt = subscription?.nextCharge?.at;
  const isNextStep = nextStep(subscription, method) === "add_method";
  const trouble = cardTrouble(method, nextChargeAt, now());
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "method-title" },
    h("h2", { id: "method-title" }, t("account.paymentMethod")),
    method ? picture(method) : h("p", { class: "muted" }, t("account.noPaymentMethod")),
    trouble &&
      notice({
        tone: "warn",
        quiet: true,
        testid: "card-warning",
        text: trouble === "expired" ? t("account.cardExpired") : t("account.cardExpiring", { date: date(Number(nextChargeAt)) }),
      }),
    !isNextStep &&
      h(
        "div",
        {},
        button(t(method ? "account.actions.changeMethod" : "account.actions.add_method"), { press: deeds.updateMethod, testid: "change-method-button" }),
      ),
  );
}

/** @param {PaymentMethod} method */
function picture(method) {
  const { last4, expMonth, expYear } = method;
  return h(
    "div",
    { class: "bank-card", "data-testid": "payment-method" },
    h("span", { class: "bank-card__brand", "data-testid": "card-brand" }, methodName(method)),
    last4 &&
      h(
        "span",
        { class: "bank-card__number number" },
        h("span", { "aria-hidden": "true" }, "•••• "),
        h("span", { "data-testid": "card-last4" }, last4),
      ),
    expMonth && expYear && h("span", { class: "bank-card__expiry number", "data-testid": "card-expiry" }, expiry(expMonth, expYear)),
  );
}

/**
 * @param {number} month
 * @param {number} year
 */
function expiry(month, year) {
  return t("account.expires", { month: String(month).padStart(2, "0"), year: String(year % 100).padStart(2, "0") });
}
