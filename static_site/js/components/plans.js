/** How plans look: as cards to choose from, and side by side. */

import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { pageUrl } from "../navigation.js";
import { isSignedIn } from "../session.js";
import { every, featureName, money } from "../words.js";
import { linkButton } from "./buttons.js";
import { icon } from "./icons.js";

/** @typedef {import("../shapes.js").Plan} Plan */
/** @typedef {ReturnType<typeof import("../catalogue.js").offers>[number]} Offer */

/**
 * @param {Offer} offer
 * @param {{current: import("../shapes.js").Subscription | null, fullest: boolean}} context `current`: the visitor's live subscription
 */
export function planCard({ plan, price, cost }, { current, fullest }) {
  const isCurrent = current?.priceId === price.id;
  const id = `plan-${price.lookupKey}`;
  return h(
    "article",
    {
      class: fullest ? "card plan-card stack plan-card--fullest" : "card plan-card stack",
      "aria-labelledby": id,
      "data-testid": "plan-card",
      "data-lookup-key": price.lookupKey,
    },
    h(
      "div",
      { class: "plan-card__head" },
      h("h2", { class: "plan-card__name", id }, plan.name, isCurrent && h("span", { class: "badge badge--ok" }, t("plans.current"))),
      plan.description && h("p", { class: "muted" }, plan.description),
    ),
    h(
      "p",
      { class: "plan-card__price" },
      h("span", { class: "plan-card__amount number", "data-testid": "plan-price" }, money(cost, { short: true })),
      h("span", { class: "muted" }, every(price)),
    ),
    choice({ plan, price, cost }, current, fullest),
    featureList(plan.features, t("plans.includes", { plan: plan.name })),
  );
}

/**
 * @param {Offer} offer
 * @param {import("../shapes.js").Subscription | null} current
 * @param {boolean} fullest
 */
function choice({ plan, price, cost }, current, fullest) {
  const testid = "choose-plan";
  if (current?.priceId === price.id) {
    return linkButton(t("plans.manage"), pageUrl("account.html"), { testid });
  }
  const kind = fullest ? "primary" : undefined;
  if (current) {
    return linkButton(t("plans.switchTo", { plan: plan.name }), pageUrl("account.html", { change: price.id }), { kind, testid });
  }
  const checkout = pageUrl("checkout.html", { plan: price.lookupKey, currency: cost.currency });
  const href = isSignedIn() ? checkout : pageUrl("register.html", { next: checkout });
  return linkButton(t("plans.choose", { plan: plan.name }), href, { kind, testid });
}

/**
 * @param {string[]} features lookup keys
 * @param {string} label
 */
export function featureList(features, label) {
  return h(
    "ul",
    { class: "ticks", "aria-label": label },
    ...features.map((key) => h("li", { "data-testid": "feature-item", "data-feature": key }, icon("check", 18), featureName(key))),
  );
}

/** @param {Plan[]} plans */
export function compareTable(plans) {
  const features = [...new Set(plans.flatMap((plan) => plan.features))];
  if (features.length === 0) {
    return null;
  }
  const cell = (/** @type {boolean} */ included) =>
    h(
      "td",
      { class: included ? "present" : "absent" },
      icon(included ? "check" : "dash"),
      h("span", { class: "visually-hidden" }, t(included ? "plans.included" : "plans.notIncluded")),
    );
  return h(
    "section",
    { class: "compare", "aria-labelledby": "compare-title" },
    h("h2", { id: "compare-title" }, t("plans.compare")),
    h(
      "div",
      { class: "compare__scroll", tabindex: "0", role: "group", "aria-labelledby": "compare-title" },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("plans.feature")), ...plans.map((plan) => h("th", { scope: "col" }, plan.name)))),
        h(
          "tbody",
          {},
          ...features.map((key) => h("tr", {}, h("th", { scope: "row" }, featureName(key)), ...plans.map((plan) => cell(plan.features.includes(key))))),
        ),
      ),
    ),
  );
}
