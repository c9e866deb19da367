/** A forgotten password: a code by e-mail, then a new one. */

import * as cognito from "../cognito.js";
import { codeField, handleForm, revealable } from "../components/form.js";
import { byId, h, replace } from "../dom.js";
import { handOverEmail } from "../handover.js";
import { t } from "../i18n/index.js";
import { pageUrl, parameter } from "../navigation.js";
import { startPage } from "../page.js";

/** As in the user pool's policy (template.yaml). */
const MIN_PASSWORD = 10;

/** @type {() => void} */
let drawStep = () => {};

startPage("forgot", () => drawStep());

handleForm(byId("forgot-form"), async (values) => {
  const email = values.email.trim();
  await cognito.forgotPassword(email);
  showReset(email);
});

/** @param {string} email */
function showReset(email) {
  const heading = h("h1", { tabindex: "-1", "data-t": "auth.resetTitle" }, t("auth.resetTitle"));
  const lead = h("p", { class: "muted" });
  const hint = h("p", { class: "field__hint", id: "password-hint" });
  const password = h("input", {
    class: "input",
    id: "password",
    name: "password",
    type: "password",
    autocomplete: "new-password",
    minlength: MIN_PASSWORD,
    maxlength: 256,
    "aria-describedby": "password-hint password-error",
    required: true,
  });
  const form = h(
    "form",
    { class: "card form", id: "reset-form", "data-testid": "reset-form" },
    codeField(),
    // Password managers save under the name they find here.
    h("input", { type: "email", name: "email", autocomplete: "username", value: email, hidden: true }),
    h(
      "div",
      { class: "field" },
      h("label", { for: "password", "data-t": "auth.newPassword" }, t("auth.newPassword")),
      password,
      hint,
      h("p", { class: "field__error", id: "password-error" }),
    ),
    h("div", { class: "form__result" }),
    h("button", { class: "button button--primary button--wide", type: "submit", "data-t": "auth.reset" }, t("auth.reset")),
  );
  replace(byId("panel"), h("div", { class: "panel__head" }, heading, lead), form);
  revealable(password);
  heading.focus();
  handleForm(form, async (values) => {
    await cognito.confirmForgotPassword(email, values.code.trim(), values.password);
    handOverEmail(email);
    location.replace(pageUrl("sign-in.html", { next: parameter("next"), reset: "1" }));
  });
  drawStep = () => {
    replace(lead, t("auth.resetLead", { email }));
    replace(hint, t("auth.passwordHint", { count: MIN_PASSWORD }));
  };
  drawStep();
}
