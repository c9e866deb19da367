/** Sign-in, and on to where the visitor was going. */

import { showConfirmStep } from "../components/confirm-step.js";
import { handleForm, revealable } from "../components/form.js";
import { notice } from "../components/notice.js";
import { byId, replace } from "../dom.js";
import { ServiceError } from "../errors.js";
import { takeEmail } from "../handover.js";
import { t } from "../i18n/index.js";
import { nextPage, pageUrl, parameter } from "../navigation.js";
import { startPage } from "../page.js";
import { isSignedIn, signIn } from "../session.js";

const next = parameter("next");
let drawStep = drawSignIn;

if (isSignedIn()) {
  location.replace(nextPage(pageUrl("account.html")));
}

revealable(byId("password"));
startPage("signIn", () => drawStep());
/** @type {HTMLAnchorElement} */ (byId("to-register")).href = pageUrl("register.html", { next });
/** @type {HTMLAnchorElement} */ (byId("to-forgot")).href = pageUrl("forgot-password.html", { next });

const email = /** @type {HTMLInputElement} */ (byId("email"));
email.value = takeEmail() ?? "";
if (email.value) {
  byId("password").focus();
}

handleForm(byId("sign-in-form"), async (values) => {
  const who = { email: values.email.trim(), password: values.password, remember: values.remember === "yes" };
  try {
    await signIn(who.email, who.password, who);
  } catch (error) {
    if (error instanceof ServiceError && error.code === "UserNotConfirmedException") {
      drawStep = showConfirmStep(byId("panel"), who);
      return;
    }
    throw error;
  }
  location.replace(nextPage(pageUrl("account.html")));
});

function drawSignIn() {
  replace(byId("sign-in-lead"), t(next ? "auth.signInFirst" : "auth.signInLead"));
  const good = parameter("confirmed") ? t("auth.confirmed") : parameter("reset") ? t("auth.resetDone") : null;
  replace(byId("sign-in-notice"), good && notice({ tone: "ok", text: good }));
}
