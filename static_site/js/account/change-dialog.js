/** Changing plan: first what it costs, then the change, billed with the very moment the preview was made for. */

import { changePlan, previewChange } from "../api.js";
import { costIn } from "../catalogue.js";
import { button } from "../components/buttons.js";
import { openDialog } from "../components/dialog.js";
import { notice } from "../components/notice.js";
import { h, replace } from "../dom.js";
import { errorMessage, ServiceError } from "../errors.js";
import { t } from "../i18n/index.js";
import { amountEvery, date, money } from "../words.js";

/** @typedef {import("../shapes.js").Plan} Plan */
/** @typedef {import("../shapes.js").Preview} Preview */
/** @typedef {import("../shapes.js").Price} Price */
/** @typedef {import("../shapes.js").Subscription} Subscription */

/**
 * @param {{subscription: Subscription, from: string, plan: Plan, price: Price}} change `from`: the present plan's name
 * @param {(changed: Subscription, preview: Preview) => void} done
 * @param {(error: unknown) => void} lost the answer did not arrive: whether the plan changed is unknown
 */
export function openChangeDialog({ subscription, from, plan, price }, done, lost) {
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
    const cost = costIn(price, preview.currency);
    const words = { from, to: plan.name, regular: cost ? amountEvery(cost, price) : "" };
    const trouble = h("div", { class: "form__result" });
    const { amountDue } = preview;
    const label = amountDue > 0 ? t("change.payAndSwitch", { amount: inWords(preview, amountDue) }) : t("change.switchNow", { plan: plan.name });
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
    replace(dialog.body, figures(preview, words), trouble, actions([confirm]));
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

/**
 * What is billed now comes to "due today". A change that is not billed now appears on the next invoice instead, with its credits.
 *
 * @param {Preview} preview
 * @param {{from: string, to: string, regular: string}} words names of the plans, and what the new one costs from then on
 */
function figures(preview, { from, to, regular }) {
  const line = (/** @type {string} */ label, /** @type {number} */ amount, /** @type {Record<string, string>} */ { testid = "preview-line", kind = "" } = {}) =>
    h(
      "p",
      { class: `figures__line ${kind}`.trim() },
      h("span", {}, label),
      h("span", { class: "number", "data-testid": testid }, inWords(preview, amount)),
    );
  const label = (/** @type {Preview["lines"][number]} */ { amount, proration }) =>
    proration ? t(amount < 0 ? "change.unused" : "change.remaining", { plan: amount < 0 ? from : to }) : t("change.fullPeriod", { plan: to });
  const lines = preview.lines.map((each) => line(label(each), each.amount));
  const due = line(t("change.dueToday"), preview.amountDue, { testid: "preview-due", kind: "figures__line--total" });
  if (preview.amountDue > 0) {
    const then = t("change.then", { amount: inWords(preview, preview.nextAmount), date: date(preview.nextDate) });
    return h("div", { class: "figures" }, ...lines, due, h("p", { class: "muted", "data-testid": "preview-next" }, then));
  }
  const left = -preview.lines.reduce((sum, { amount }) => sum + amount, 0);
  return h(
    "div",
    { class: "figures" },
    due,
    h("h3", { class: "figures__title" }, t("change.nextInvoice", { date: date(preview.nextDate) })),
    ...lines,
    line(t("change.invoiceTotal"), preview.nextAmount, { testid: "preview-next", kind: "figures__line--total" }),
    left > 0 && h("p", { class: "muted" }, t("change.creditLeft", { amount: inWords(preview, left) })),
    h("p", { class: "muted" }, t("change.regular", { price: regular })),
  );
}
