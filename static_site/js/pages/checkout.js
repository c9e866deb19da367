/**
 * Paying. The server makes one open session per plan however often this page is loaded, Stripe takes one payment per session, and the
 * button takes one press at a time: together, one charge. When an answer is lost the page says so and asks the server before it
 * offers to pay again.
 */

import { createCheckoutSession, getSessionStatus } from "../api.js";
import { appearance, darkScheme } from "../checkout/appearance.js";
import { forgetPaid, paidSession, rememberPaid } from "../checkout/paid.js";
import { drawPromotion } from "../checkout/promotion.js";
import { initCheckout, loadStripe, StripeUnavailable } from "../checkout/stripe.js";
import { recurringCharge, summary, totalDue } from "../checkout/summary.js";
import { button, linkButton, whileBusy } from "../components/buttons.js";
import { notice } from "../components/notice.js";
import { config, isTestMode } from "../config.js";
import { ensureCustomer } from "../customer.js";
import { byId, h, replace } from "../dom.js";
import { errorMessage, ServiceError } from "../errors.js";
import { currentLanguage, hasWords, onLanguageChange, t } from "../i18n/index.js";
import { pageUrl, parameter } from "../navigation.js";
import { leftForSignIn, requireSignIn, startPage } from "../page.js";
import { money } from "../words.js";

/** @typedef {import("../checkout/stripe.js").Checkout} Checkout */
/** @typedef {import("../checkout/stripe.js").Actions} Actions */
/** @typedef {import("../checkout/stripe.js").Session} Session */

const payButton = /** @type {HTMLButtonElement} */ (byId("pay-button"));
const paymentForm = /** @type {HTMLFormElement} */ (byId("payment-form"));
const result = byId("payment-result");

/** @type {string} */
let sessionId = "";
/** @type {Checkout | null} */
let checkout = null;
/** @type {Actions | null} */
let actions = null;
let testMode = false;
/** While the outcome of a payment is unknown, nothing may be paid. */
let held = false;

if (requireSignIn()) {
  startPage("checkout", draw);
  paymentForm.addEventListener("submit", (event) => {
    event.preventDefault();
    if (actions && !held) {
      void whileBusy(payButton, pay).then(draw);
    }
  });
  // The Payment Element keeps the language it was made in.
  const language = currentLanguage();
  onLanguageChange(() => currentLanguage() !== language && location.reload());
  void start();
}

async function start() {
  const lookupKey = parameter("plan");
  if (!lookupKey) {
    stop("info", t("checkout.noPlanTitle"), t("checkout.noPlanText"), [linkButton(t("checkout.seePlans"), pageUrl("index.html"), { kind: "primary" })]);
    return;
  }
  replace(byId("checkout-notice"));
  byId("checkout").hidden = false;
  byId("checkout").setAttribute("aria-busy", "true");
  try {
    // Stripe.js and the session are fetched side by side; neither needs the other until now.
    const stripeLoading = loadStripe();
    stripeLoading.catch(() => undefined);
    testMode = isTestMode(await config());
    if (await leadToPaidSession()) {
      return;
    }
    await ensureCustomer();
    const session = await createCheckoutSession({ lookupKey, ...currencyChoice() });
    sessionId = session.sessionId;
    await mount(await stripeLoading, session.clientSecret);
  } catch (error) {
    failed(error);
  }
}

function currencyChoice() {
  const currency = parameter("currency");
  return currency ? { currency } : {};
}

/** Back on this page after paying, with the account not showing it yet: on to that payment. */
async function leadToPaidSession() {
  const paid = paidSession();
  if (!paid) {
    return false;
  }
  const status = await getSessionStatus(paid).then(
    (session) => session.status,
    (error) => {
      // Somebody else has signed in in this tab since.
      if (error instanceof ServiceError && error.status === 404) {
        return null;
      }
      throw error;
    },
  );
  if (status !== "complete") {
    forgetPaid();
    return false;
  }
  location.replace(pageUrl("return.html", { session_id: paid }));
  return true;
}

/**
 * @param {import("../checkout/stripe.js").Stripe} stripe
 * @param {string} clientSecret
 */
async function mount(stripe, clientSecret) {
  const made = initCheckout(stripe, { clientSecret, elementsOptions: { appearance: appearance(), loader: "auto" } });
  const loaded = await made.loadActions();
  if (loaded.type === "error") {
    throw new StripeUnavailable(loaded.error.message);
  }
  checkout = made;
  actions = loaded.actions;
  const session = actions.getSession();
  if (session.status.type === "complete") {
    goToReturn();
    return;
  }
  if (session.status.type === "expired") {
    expired();
    return;
  }
  checkout.on("change", draw);
  darkScheme.addEventListener("change", () => checkout?.changeAppearance(appearance()));
  // Where the business collects tax, Stripe needs the address first.
  if (session.tax?.status === "requires_billing_address") {
    replace(byId("billing-address"), h("h3", {}, t("checkout.billingAddress")), h("div", { id: "billing-address-element" }));
    checkout.createBillingAddressElement().mount("#billing-address-element");
  }
  const element = checkout.createPaymentElement({ layout: "tabs" });
  const shown = () => {
    byId("element-waiting").hidden = true;
    byId("checkout").removeAttribute("aria-busy");
    payButton.removeAttribute("aria-disabled");
  };
  element.on("ready", shown);
  element.on("loaderror", () => failed(new StripeUnavailable("the Payment Element could not be loaded")));
  element.mount("#payment-element");
  drawPromotion(/** @type {HTMLFormElement} */ (byId("promotion-form")), actions, draw);
  draw();
}

function draw() {
  replace(byId("test-hint"), testMode && h("p", { class: "test-hint", "data-testid": "test-card-hint" }, t("checkout.testCard")));
  if (!actions) {
    return;
  }
  const session = actions.getSession();
  replace(byId("summary"), summary(session));
  const due = totalDue(session);
  if (payButton.getAttribute("aria-busy") !== "true") {
    replace(payButton, due.amount > 0 ? t("checkout.pay", { amount: money(due) }) : t("checkout.subscribe"));
  }
  const charge = recurringCharge(session);
  replace(byId("terms"), charge && t("checkout.terms", charge));
}

async function pay() {
  if (!actions) {
    return;
  }
  replace(result);
  replace(payButton, t("checkout.paying"));
  try {
    const confirmed = await actions.confirm({ redirect: "if_required" });
    if (confirmed.type === "success") {
      goToReturn();
      // Stays busy until the next page is there.
      await new Promise(() => {});
    } else {
      refused(confirmed.error);
    }
  } catch (error) {
    console.error(error);
    unknownOutcome();
  }
}

/**
 * @param {{message: string, code: string | null, paymentFailed?: {declineCode: string | null}}} error in the customer's language, by Stripe
 */
function refused(error) {
  if (error.code === "paymentFailed") {
    const reason = `checkout.declines.${error.paymentFailed?.declineCode}`;
    say("danger", t("checkout.declined"), `${hasWords(reason) ? t(reason) : error.message} ${t("checkout.notCharged")}`);
    return;
  }
  if (actions?.getSession().status.type === "expired") {
    expired();
    return;
  }
  say("danger", undefined, error.message || t("checkout.incomplete"));
}

function goToReturn() {
  rememberPaid(sessionId);
  // In place of this page, so that Back does not come here again.
  location.replace(pageUrl("return.html", { session_id: sessionId }));
}

/** The answer to a payment was lost: whether it went through is for the server to say. */
function unknownOutcome() {
  held = true;
  payButton.hidden = true;
  const check = button(t("checkout.check"), { kind: "primary", testid: "check-payment", press: checkPayment });
  replace(result, notice({ tone: "warn", title: t("checkout.unknownTitle"), text: t("checkout.unknownText"), actions: [check], testid: "payment-unknown" }));
  check.focus();
}

/** Longer than a payment that was on its way when the connection broke takes to arrive. */
const SETTLE_MS = 3_000;

async function checkPayment() {
  try {
    let { status } = await getSessionStatus(sessionId);
    if (status === "open") {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      ({ status } = await getSessionStatus(sessionId));
    }
    if (status === "complete") {
      goToReturn();
    } else if (status === "expired") {
      expired();
    } else {
      held = false;
      payButton.hidden = false;
      say("info", undefined, t("checkout.notPaid"));
      payButton.focus();
    }
  } catch (error) {
    if (!leftForSignIn(error)) {
      result.querySelector(".notice__body p:last-of-type")?.replaceChildren(t("checkout.stillUnknown"));
    }
  }
}

/** @param {unknown} error before anything could be paid */
function failed(error) {
  console.error(error);
  if (leftForSignIn(error)) {
    return;
  }
  if (error instanceof ServiceError && error.code === "live_subscription") {
    location.replace(pageUrl("account.html", { already: "1" }));
    return;
  }
  const again = button(t("chrome.retry"), { kind: "primary", press: start, testid: "retry" });
  if (error instanceof StripeUnavailable) {
    stop("danger", t("checkout.noScriptTitle"), t("checkout.noScriptText"), [again]);
  } else {
    const plans = linkButton(t("checkout.seePlans"), pageUrl("index.html"));
    stop("danger", t("checkout.failedTitle"), errorMessage(error), [again, plans]);
  }
}

function expired() {
  const again = button(t("checkout.startAgain"), { kind: "primary", press: () => location.reload() });
  stop("info", t("checkout.expiredTitle"), t("checkout.expiredText"), [again]);
}

/**
 * Puts a message in place of the form.
 *
 * @param {import("../components/notice.js").Tone} tone
 * @param {string} title
 * @param {string} text
 * @param {HTMLElement[]} choices
 */
function stop(tone, title, text, choices) {
  byId("checkout").hidden = true;
  replace(byId("checkout-notice"), notice({ tone, title, text, actions: choices, testid: "checkout-stopped" }));
}

/**
 * Says something beside the button.
 *
 * @param {import("../components/notice.js").Tone} tone
 * @param {string | undefined} title
 * @param {string} text
 */
function say(tone, title, text) {
  replace(result, notice({ tone, title, text, testid: "checkout-error" }));
}
