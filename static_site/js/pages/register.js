/** Registration: account, then the code from the e-mail, then on to where the visitor was going. */

import * as cognito from "../cognito.js";
import { getPlans } from "../api.js";
import { costIn, findPrice } from "../catalogue.js";
import { showConfirmStep, unconfirmedEmail } from "../components/confirm-step.js";
import { handleForm, revealable } from "../components/form.js";
import { rememberName } from "../customer.js";
import { byId, replace } from "../dom.js";
import { t } from "../i18n/index.js";
import { nextPage, pageUrl, parameter } from "../navigation.js";
import { startPage } from "../page.js";
import { isSignedIn } from "../session.js";
import { amountEvery } from "../words.js";

const password = /** @type {HTMLInputElement} */ (byId("password"));
const next = parameter("next");

/** @type {import("../shapes.js").Catalogue | null} */
let catalogue = null;
let drawStep = drawRegistration;

if (isSignedIn()) {
  location.replace(nextPage(pageUrl("account.html")));
}

revealable(password);
startPage("register", () => drawStep());
/** @type {HTMLAnchorElement} */ (byId("to-sign-in")).href = pageUrl("sign-in.html", { next });

handleForm(byId("register-form"), async (values) => {
  const email = values.email.trim();
  await cognito.signUp(email, values.password);
  rememberName(email, values.name.trim());
  drawStep = showConfirmStep(byId("panel"), { email, password: values.password });
});

const waiting = unconfirmedEmail();
if (waiting) {
  drawStep = showConfirmStep(byId("panel"), { email: waiting, password: null });
} else if (next) {
  // Only to name the plan above the form; without it the page says the same in general.
  catalogue = await getPlans().catch(() => null);
  drawStep();
}

function drawRegistration() {
  replace(byId("password-hint"), t("auth.passwordHint", { count: password.minLength }));
  const chosen = chosenPlan();
  replace(byId("register-lead"), chosen ? t("auth.registerFor", chosen) : t("auth.registerLead"));
}

/** The plan that `next` leads to, if it does. */
function chosenPlan() {
  const target = new URL(nextPage("index.html"), location.href).searchParams;
  const found = findPrice(catalogue, (price) => price.lookupKey === target.get("plan"));
  const cost = found && costIn(found.price, target.get("currency") ?? found.price.currency);
  return found && cost ? { plan: found.plan.name, price: amountEvery(cost, found.price) } : null;
}
