/** Changing plan: first what it costs, then the change, billed with the very moment the preview was made for. */

import { changePlan, previewChange } from "../api.js";
import { costIn, offers } from "../catalogue.js";
import { button } from "../components/buttons.js";
import { openDialog } from "../components/dialog.js";
import { notice } from "../components/notice.js";
import { h, replace } from "../dom.js";
import { errorMessage, ServiceError } from "../errors.js";
import { t } from "../i18n/index.js";
import { amountEvery, date, featureName, money } from "../words.js";
import { possible } from "./state.js";

/** @typedef {import("../api.js").Catalogue} Catalogue */
/** @typedef {import("../api.js").Plan} Plan */
/** @typedef {import("../api.js").Preview} Preview */
/** @typedef {import("../api.js").Price} Price */
/** @typedef {import("../api.js").Subscription} Subscription */

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
export function changeSection(subscription, catalogue, deeds) {
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

/**
 * @param {Subscription} subscription
 * @param {Plan} plan the one to change to
 * @param {Price} price
 * @param {(changed: Subscription, preview: Preview) => void} done
 * @param {(error: unknown) => void} lost the answer did not arrive: whether the plan changed is unknown
 */
export function openChangeDialog(subscription, plan, price, done, lost) {
  const dialog = openDialog({ title: t("change.title", { plan: plan.name }), testid: "change-dialog" });
  void showPreview();

  async function showPreview() {
    replace(
      dialog.body,
      h(
        "div",
        { class: "stack", "aria-busy": "true" },
        h("p", { class: "visually-hidden", role: "status" }, t("change.loading")),
        h("span", { class: "skeleton skeleton--line" }),
        h("span", { class: "skeleton skeleton--line" }),
        h("span", { class: "skeleton skeleton--title" }),
      ),
    );
    try {
      const preview = await previewChange({ subscriptionId: subscription.id, newPriceId: price.id });
      if (dialog.element.isConnected) {
        drawPreview(preview);
      }
    } catch (error) {
      console.error(error);
      const again = button(t("chrome.retry"), { kind: "primary", press: showPreview });
      replace(dialog.body, notice({ tone: "danger", title: t("change.failedTitle"), text: errorMessage(error) }), actions([again]));
    }
  }

  /** @param {Preview} preview */
  function drawPreview(preview) {
    const trouble = h("div", { class: "form__result" });
    const due = Math.max(0, preview.amountDue);
    const label = due > 0 ? t("change.payAndSwitch", { amount: inWords(preview, due) }) : t("change.switchNow", { plan: plan.name });
    const confirm = button(label, {
      kind: "primary",
      testid: "confirm-change",
      press: async () => {
        replace(trouble);
        dialog.lock(true);
        try {
          const changed = await changePlan({ subscriptionId: subscription.id, newPriceId: price.id, prorationDate: preview.prorationDate });
          dialog.close();
          done(changed, preview);
        } catch (error) {
          refused(error, trouble);
        } finally {
          dialog.lock(false);
        }
      },
    });
    replace(dialog.body, figures(preview), trouble, actions([confirm]));
  }

  /**
   * @param {unknown} error
   * @param {HTMLElement} trouble
   */
  function refused(error, trouble) {
    console.error(error);
    if (error instanceof ServiceError && error.outcomeUnknown) {
      dialog.close();
      lost(error);
      return;
    }
    replace(trouble, notice({ tone: "danger", text: errorMessage(error), testid: "change-error" }));
  }

  /** @param {HTMLElement[]} buttons */
  function actions(buttons) {
    return h("div", { class: "dialog__actions" }, button(t("change.cancel"), { kind: "quiet", press: dialog.close }), ...buttons);
  }
}

/**
 * @param {Preview} preview
 * @param {number} amount
 */
function inWords({ currency, minorUnitDivisor }, amount) {
  return money({ amount, currency, minorUnitDivisor });
}

/** @param {Preview} preview */
function figures(preview) {
  const line = (/** @type {string} */ label, /** @type {number} */ amount) =>
    h("p", { class: "figures__line", "data-testid": "preview-line" }, h("span", {}, label), h("span", { class: "number" }, inWords(preview, amount)));
  return h(
    "div",
    { class: "figures" },
    ...preview.lines.map(({ description, amount }) => line(description, amount)),
    h(
      "p",
      { class: "figures__line figures__line--total" },
      h("span", {}, t("change.dueToday")),
      h("span", { class: "number", "data-testid": "preview-due" }, inWords(preview, Math.max(0, preview.amountDue))),
    ),
    preview.amountDue < 0 && line(t("change.creditLater"), -preview.amountDue),
    h("p", { class: "muted", "data-testid": "preview-next" }, t("change.then", { amount: inWords(preview, preview.nextAmount), date: date(preview.nextDate) })),
  );
}
