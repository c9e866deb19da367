/** The step after registering: the code from the e-mail. Also met by who signs in before having confirmed. */

import * as cognito from "../cognito.js";
import { ensureCustomer } from "../customer.js";
import { h, replace } from "../dom.js";
import { errorMessage, ServiceError } from "../errors.js";
import { handOverEmail } from "../handover.js";
import { t } from "../i18n/index.js";
import { nextPage, pageUrl, parameter } from "../navigation.js";
import { signIn } from "../session.js";
import { tab } from "../storage.js";
import { whileBusy } from "./buttons.js";
import { codeField, handleForm } from "./form.js";
import { notice } from "./notice.js";

const UNCONFIRMED = "recur.unconfirmedEmail";

/** The address that waits for its code, so that a reload comes back to this step. */
export function unconfirmedEmail() {
  return tab.get(UNCONFIRMED);
}

/**
 * Turns the panel into the confirmation step.
 *
 * @param {HTMLElement} panel
 * @param {{email: string, password: string | null, remember?: boolean}} who `password` is known unless the page was reloaded meanwhile
 */
export function showConfirmStep(panel, { email, password, remember = false }) {
  tab.set(UNCONFIRMED, email);
  const form = /** @type {HTMLFormElement} */ (
    h(
      "form",
      { class: "card form", id: "confirm-form", "data-testid": "confirm-form" },
      codeField(),
      h("div", { class: "form__result" }),
      h("button", { class: "button button--primary button--wide", type: "submit", "data-t": "auth.confirm" }, t("auth.confirm")),
    )
  );
  const lead = h("p", { class: "muted" });
  const heading = h("h1", { tabindex: "-1", "data-t": "auth.confirmTitle" }, t("auth.confirmTitle"));
  replace(panel, h("div", { class: "panel__head" }, heading, lead), form, aside(email, /** @type {HTMLElement} */ (form.querySelector(".form__result"))));
  heading.focus();

  handleForm(form, async ({ code }) => {
    try {
      await cognito.confirmSignUp(email, code.trim());
    } catch (error) {
      // "Already confirmed", as after a second press or in a second tab, is as good as confirmed.
      if (!(error instanceof ServiceError && error.code === "NotAuthorizedException")) {
        throw error;
      }
    }
    tab.remove(UNCONFIRMED);
    if (password === null) {
      handOverEmail(email);
      location.replace(pageUrl("sign-in.html", { next: parameter("next"), confirmed: "1" }));
      return;
    }
    await signIn(email, password, { remember });
    // Checkout makes sure of the customer again, so a failure here need not hold anybody up.
    await ensureCustomer().catch((error) => console.warn("customer not created yet", error));
    location.replace(nextPage(pageUrl("index.html")));
  });

  const drawLead = () => replace(lead, t("auth.confirmLead", { email }));
  drawLead();
  return drawLead;
}

/**
 * @param {string} email
 * @param {HTMLElement} result
 */
function aside(email, result) {
  const resend = h("button", { type: "button", class: "link-button", "data-t": "auth.resend", "data-testid": "resend-code" }, t("auth.resend"));
  resend.addEventListener("click", () => {
    void whileBusy(resend, async () => {
      try {
        await cognito.resendCode(email);
        replace(result, notice({ tone: "ok", text: t("auth.resent") }));
      } catch (error) {
        replace(result, notice({ tone: "danger", text: errorMessage(error) }));
      }
    });
  });
  const other = h("button", { type: "button", class: "link-button", "data-t": "auth.otherEmail" }, t("auth.otherEmail"));
  other.addEventListener("click", () => {
    tab.remove(UNCONFIRMED);
    location.assign(pageUrl("register.html", { next: parameter("next") }));
  });
  return h("p", { class: "panel__aside row row--center" }, resend, other);
}
