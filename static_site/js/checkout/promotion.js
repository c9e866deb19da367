/** The promotion code: applied and removed at Stripe, which then tells the new total. */

import { whileBusy } from "../components/buttons.js";
import { h, replace } from "../dom.js";
import { t } from "../i18n/index.js";

/** @typedef {import("./stripe.js").Actions} Actions */
/** @typedef {import("./stripe.js").Session} Session */

/**
 * @param {HTMLFormElement} form
 * @param {Actions} actions
 * @param {(session: Session) => void} changed called with the session after a change
 */
export function drawPromotion(form, actions, changed) {
  const said = h("p", { class: "field__hint", id: "promotion-hint", role: "status" });
  const wrong = h("p", { class: "field__error", id: "promotion-error", role: "alert" });
  const applied = actions.getSession().discountAmounts?.find((discount) => discount.promotionCode);

  /**
   * @param {HTMLButtonElement} button
   * @param {() => Promise<{type: "success", session: Session} | {type: "error", error: {code: string | null}}>} action
   * @param {string} done
   */
  const run = (button, action, done) =>
    whileBusy(button, async () => {
      replace(wrong);
      const result = await action().catch(() => ({ type: /** @type {const} */ ("error"), error: { code: "network" } }));
      if (result.type === "success") {
        changed(result.session);
        drawPromotion(form, actions, changed);
        replace(/** @type {HTMLElement} */ (form.querySelector("[role=status]")), done);
        /** @type {HTMLElement | null} */ (form.querySelector("input, button"))?.focus();
      } else {
        replace(wrong, t(result.error.code === "network" ? "checkout.promotionFailed" : "checkout.promotionInvalid"));
      }
    });

  if (applied) {
    const remove = h("button", { type: "button", class: "link-button", "data-testid": "promotion-remove" }, t("checkout.removePromotion"));
    remove.addEventListener("click", () => void run(remove, () => actions.removePromotionCode(), t("checkout.promotionRemoved")));
    form.onsubmit = (event) => event.preventDefault();
    replace(form, h("p", { class: "row" }, h("span", { class: "badge badge--ok" }, applied.promotionCode ?? ""), remove), said, wrong);
    return;
  }

  const input = h("input", {
    class: "input",
    id: "promotion",
    name: "promotion",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    maxlength: 100,
    "aria-describedby": "promotion-error promotion-hint",
    "data-testid": "promotion-input",
  });
  const apply = h("button", { type: "submit", class: "button", "data-testid": "promotion-apply" }, t("checkout.apply"));
  form.onsubmit = (event) => {
    event.preventDefault();
    const code = input.value.trim();
    if (code) {
      void run(apply, () => actions.applyPromotionCode(code), t("checkout.promotionApplied"));
    } else {
      input.focus();
    }
  };
  replace(form, h("label", { for: "promotion" }, t("checkout.promotion")), h("div", { class: "with-button" }, input, apply), said, wrong);
}
