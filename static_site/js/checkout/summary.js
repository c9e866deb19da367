/** The order, as the Checkout Session says it: what a line costs, what comes off, what is due today and what comes after. */

import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { amountEvery, every, money } from "../words.js";

/** @typedef {import("./stripe.js").Session} Session */

/**
 * An amount of the session.
 *
 * @param {Session} session
 * @param {{minorUnitsAmount: number}} part
 */
function amountOf(session, { minorUnitsAmount }) {
  return { amount: minorUnitsAmount, currency: session.currency, minorUnitDivisor: session.minorUnitsAmountDivisor };
}

/** @param {Session} session */
export function totalDue(session) {
  return amountOf(session, session.total.total);
}

/**
 * What will be charged again and again, in words.
 *
 * @param {Session} session
 * @returns {{amount: string, every: string} | null}
 */
export function recurringCharge(session) {
  if (!session.recurring) {
    return null;
  }
  return { amount: money(amountOf(session, session.recurring.dueNext.total)), every: every(session.recurring) };
}

/** @param {Session} session */
export function summary(session) {
  const { total, recurring } = session;
  const charge = recurringCharge(session);
  const line = (/** @type {string} */ label, /** @type {{minorUnitsAmount: number}} */ part, /** @type {number} */ sign = 1) =>
    h(
      "p",
      { class: "figures__line" },
      h("span", {}, label),
      h("span", { class: "number" }, money({ ...amountOf(session, part), amount: sign * part.minorUnitsAmount })),
    );
  const reduced = total.discount.minorUnitsAmount > 0;
  const taxed = total.taxExclusive.minorUnitsAmount > 0;
  return h(
    "div",
    { class: "figures" },
    ...session.lineItems.map((item) => lineItem(session, item)),
    (reduced || taxed) && line(t("checkout.subtotal"), total.subtotal),
    reduced && line(discountLabel(session), total.discount, -1),
    taxed && line(t("checkout.tax"), total.taxExclusive),
    total.taxInclusive.minorUnitsAmount > 0 && line(t("checkout.taxIncluded"), total.taxInclusive),
    h(
      "p",
      { class: "figures__line figures__line--total" },
      h("span", {}, t("checkout.total")),
      h("span", { class: "number", "data-testid": "order-total" }, money(totalDue(session))),
    ),
    h(
      "p",
      { class: "small muted", "data-testid": "order-then" },
      recurring?.trial && `${t("checkout.trial", { count: recurring.trial.trialPeriodDays })} `,
      charge && t("checkout.then", charge),
    ),
  );
}

/**
 * @param {Session} session
 * @param {Session["lineItems"][number]} item
 */
function lineItem(session, item) {
  const details = [
    item.recurring ? amountEvery(amountOf(session, item.unitAmount), item.recurring) : t("checkout.oneTime"),
    item.quantity > 1 && t("checkout.quantity", { count: item.quantity }),
  ];
  return h(
    "p",
    { class: "figures__line", "data-testid": "line-item" },
    h("span", {}, h("strong", {}, item.name), h("small", {}, details.filter(Boolean).join(" · "))),
    h("span", { class: "number" }, money(amountOf(session, item.subtotal))),
  );
}

/** @param {Session} session */
function discountLabel(session) {
  const names = (session.discountAmounts ?? []).map((discount) => discount.promotionCode ?? discount.displayName).filter(Boolean);
  return names.length > 0 ? t("checkout.discountNamed", { name: names.join(", ") }) : t("checkout.discount");
}
