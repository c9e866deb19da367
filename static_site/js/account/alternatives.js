/** The plans that a subscription can be changed to. */

import { costIn, offers } from "../catalogue.js";
import { button } from "../components/buttons.js";
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { amountEvery, featureName } from "../words.js";
import { possible } from "./state.js";

/** @typedef {import("../shapes.js").Catalogue} Catalogue */
/** @typedef {import("../shapes.js").Subscription} Subscription */

/**
 * What the subscription could be changed to, with the cost in its own currency.
 *
 * @param {Subscription} subscription
 * @param {Catalogue} catalogue
 */
export function alternatives(subscription, catalogue) {
  const currency = subscription.nextCharge?.currency ?? catalogue.currencies[0] ?? "";
  return offers(catalogue, currency, null)
    .flatMap(({ plan }) => plan.prices.map((price) => ({ plan, price, cost: costIn(price, currency) })))
    .filter(({ price, cost }) => cost !== null && price.id !== subscription.priceId);
}

/**
 * The plans to change to, or null where a change is not possible now.
 *
 * @param {Subscription | null | undefined} subscription
 * @param {Catalogue | null} catalogue
 * @param {import("../pages/account.js").Deeds} deeds
 */
export function alternativesSection(subscription, catalogue, deeds) {
  if (!subscription || !catalogue || !possible(subscription).change) {
    return null;
  }
  const others = alternatives(subscription, catalogue);
  if (others.length === 0) {
    return null;
  }
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "change-title" },
    h("div", {}, h("h2", { id: "change-title" }, t("account.changePlan")), h("p", { class: "muted small" }, t("account.changePlanLead"))),
    h(
      "ul",
      { class: "options" },
      ...others.map(({ plan, price, cost }) =>
        h(
          "li",
          { class: "options__item" },
          h(
            "div",
            {},
            h("p", {}, h("strong", {}, plan.name), " ", h("span", { class: "muted number" }, cost && amountEvery(cost, price))),
            h("p", { class: "small muted" }, plan.features.map(featureName).join(" · ")),
          ),
          button(t("change.switchNow", { plan: plan.name }), {
            press: () => deeds.change(subscription, plan, price),
            testid: "change-plan-button",
            props: { "data-lookup-key": price.lookupKey },
          }),
        ),
      ),
    ),
  );
}
