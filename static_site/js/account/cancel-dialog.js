/** Cancelling: asked once, with what each choice means for access and money. */

import { cancelSubscription } from "../api.js";
import { button } from "../components/buttons.js";
import { openDialog } from "../components/dialog.js";
import { notice } from "../components/notice.js";
import { h, replace } from "../dom.js";
import { errorMessage, ServiceError } from "../errors.js";
import { t } from "../i18n/index.js";
import { date } from "../words.js";
import { possible } from "./state.js";

/** @typedef {import("../shapes.js").Subscription} Subscription */

/**
 * @param {Subscription} subscription
 * @param {string} planName
 * @param {(changed: Subscription) => void} done
 * @param {(error: unknown) => void} lost the answer did not arrive: whether it was cancelled is unknown
 */
export function openCancelDialog(subscription, planName, done, lost) {
  const dialog = openDialog({ title: t("cancel.title", { plan: planName }), testid: "cancel-dialog" });
  const trial = subscription.status === "trialing";
  const atEnd = possible(subscription).cancelAtPeriodEnd;
  /** @type {"period_end" | "now"} */
  let when = atEnd ? "period_end" : "now";
  const trouble = h("div", { class: "form__result" });

  const confirm = button("", {
    kind: "danger",
    testid: "confirm-cancel",
    press: async () => {
      replace(trouble);
      dialog.lock(true);
      try {
        const changed = await cancelSubscription({ subscriptionId: subscription.id, when });
        dialog.close();
        done(changed);
      } catch (error) {
        refused(error);
      } finally {
        dialog.lock(false);
      }
    },
  });
  const label = () => replace(confirm, t(when === "now" ? "cancel.confirmNow" : "cancel.confirm"));
  label();

  const choice = (/** @type {"period_end" | "now"} */ value, /** @type {string} */ title, /** @type {string} */ text) =>
    h(
      "label",
      { class: "choice" },
      h("input", {
        type: "radio",
        name: "when",
        value,
        checked: when === value,
        "data-testid": `cancel-${value}`,
        onchange: () => {
          when = value;
          label();
        },
      }),
      h("span", { class: "choice__title" }, title),
      h("span", { class: "choice__text" }, text),
    );
  const end = date((trial && subscription.trialEnd) || subscription.currentPeriodEnd);
  replace(
    dialog.body,
    atEnd
      ? h(
          "fieldset",
          { class: "stack" },
          h("legend", { class: "muted" }, t("cancel.lead")),
          choice("period_end", t(trial ? "cancel.trialEnd" : "cancel.periodEnd"), t(trial ? "cancel.trialEndText" : "cancel.periodEndText", { date: end })),
          choice("now", t("cancel.now"), t(trial ? "cancel.nowTrialText" : "cancel.nowText")),
        )
      : h("p", {}, t("cancel.nowUnpaidText")),
    trouble,
    h("div", { class: "dialog__actions" }, button(t("cancel.keep"), { press: dialog.close, testid: "dismiss-cancel" }), confirm),
  );

  /** @param {unknown} error */
  function refused(error) {
    console.error(error);
    if (error instanceof ServiceError && error.outcomeUnknown) {
      dialog.close();
      lost(error);
      return;
    }
    replace(trouble, notice({ tone: "danger", text: errorMessage(error), testid: "cancel-error" }));
  }
}
