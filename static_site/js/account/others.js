/** Subscriptions beside the main one: still charged, so to be noticed, or ended long ago. */

import { button } from "../components/buttons.js";
import { notice } from "../components/notice.js";
import { h } from "../dom.js";
import { t } from "../i18n/index.js";
import { date } from "../words.js";
import { planName } from "./overview.js";
import { isLive, possible, stateOf, toneOf } from "./state.js";

/** @typedef {import("../shapes.js").Subscription} Subscription */

/**
 * @param {import("../shapes.js").Account} account
 * @param {import("../shapes.js").Catalogue | null} catalogue
 * @param {import("../pages/account.js").Deeds} deeds
 */
export function othersSection({ otherSubscriptions }, catalogue, deeds) {
  const live = otherSubscriptions.filter(isLive);
  const ended = otherSubscriptions.filter((each) => !isLive(each));
  if (otherSubscriptions.length === 0) {
    return null;
  }
  const item = (/** @type {Subscription} */ subscription) =>
    h(
      "li",
      { class: "options__item", "data-testid": "other-subscription" },
      h(
        "div",
        {},
        h("p", { class: "row" }, h("strong", {}, planName(subscription, catalogue)), badge(subscription)),
        isLive(subscription) && h("p", { class: "small muted" }, ends(subscription)),
      ),
      possible(subscription).cancel && button(t("account.actions.cancel"), { press: () => deeds.cancel(subscription), testid: "cancel-other-button" }),
      possible(subscription).keep && button(t("account.actions.keep"), { press: () => deeds.keep(subscription) }),
    );
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "others-title" },
    h("h2", { id: "others-title" }, t(live.length > 0 ? "account.otherTitle" : "account.othersTitle")),
    live.length > 0 && notice({ tone: "warn", text: t("account.otherText"), quiet: true, testid: "two-subscriptions" }),
    h("ul", { class: "options" }, ...[...live, ...ended].map(item)),
  );
}

/** @param {Subscription} subscription */
function badge(subscription) {
  const state = stateOf(subscription);
  return h("span", { class: `badge badge--${toneOf(state)}` }, t(`account.states.${state}.badge`));
}

/** @param {Subscription} subscription */
function ends(subscription) {
  const [label, end] = subscription.cancelAt
    ? [t("account.endsOn"), subscription.cancelAt]
    : [t("account.renewsOn"), subscription.currentPeriodEnd];
  return `${label} ${date(end)}`;
}
