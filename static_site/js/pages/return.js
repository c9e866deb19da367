/** After paying: what the session says, and once the account agrees, success. Never before. */

import { getAccount, getPlans, getSessionStatus, settleSession } from "../api.js";
import { findPrice } from "../catalogue.js";
import { accountOutcome, boughtSubscription, sessionOutcome } from "../checkout/outcome.js";
import { forgetPaid } from "../checkout/paid.js";
import { button, linkButton } from "../components/buttons.js";
import { icon } from "../components/icons.js";
import { featureList } from "../components/plans.js";
import { byId, h, replace } from "../dom.js";
import { errorMessage, ServiceError } from "../errors.js";
import { t } from "../i18n/index.js";
import { pageUrl, parameter } from "../navigation.js";
import { leftForSignIn, requireSignIn, startPage } from "../page.js";
import { poll } from "../polling.js";

/** Webhooks take seconds; after this the visitor is told that it takes longer, and loses nothing. */
const PATIENCE_MS = 40_000;
const FEATURES_PATIENCE_MS = 8_000;

/** @typedef {import("../checkout/outcome.js").Outcome | "checking" | "slow" | "unknown" | "missing"} Shown */

/** @type {Shown} */
let shown = "checking";
/** @type {import("../shapes.js").Account | null} */
let account = null;
/** @type {import("../shapes.js").SessionStatus | null} */
let session = null;
/** @type {import("../shapes.js").Catalogue | null} */
let catalogue = null;
/** @type {unknown} */
let failure = null;

if (requireSignIn()) {
  startPage("return", draw);
  void check();
}

async function check() {
  show("checking");
  const id = parameter("session_id");
  if (!id) {
    show("missing");
    return;
  }
  const plans = getPlans().catch(() => null);
  try {
    session = await getSessionStatus(id);
    const outcome = sessionOutcome(session);
    if (outcome !== "complete") {
      forgetPaid();
      show(outcome);
      return;
    }
    if (session.paymentStatus !== "unpaid") {
      show("settling");
    }
    catalogue = await plans;
    // Sooner than the webhook. Where it fails the webhook still comes.
    session = await settleSession(id).catch(() => session);
    await waitForAccount(/** @type {import("../shapes.js").SessionStatus} */ (session));
    draw();
  } catch (error) {
    console.error(error);
    if (!leftForSignIn(error)) {
      failure = error;
      show(error instanceof ServiceError && error.status === 404 ? "missing" : "unknown");
    }
  }
}

/** @param {import("../shapes.js").SessionStatus} paid */
async function waitForAccount(paid) {
  account = await poll(getAccount, (answer) => accountOutcome(paid, answer) !== "settling", { limitMs: PATIENCE_MS });
  if (!account) {
    show(paid.paymentStatus === "unpaid" ? "processing" : "slow");
    return;
  }
  forgetPaid();
  const outcome = accountOutcome(paid, account);
  show(outcome);
  if ((outcome === "done" || outcome === "trial") && account.features.length === 0) {
    // Entitlements come by an event of their own, often a moment later.
    account = (await poll(getAccount, ({ features }) => features.length > 0, { limitMs: FEATURES_PATIENCE_MS })) ?? account;
  }
}

/** @param {Shown} outcome */
function show(outcome) {
  shown = outcome;
  draw();
  if (outcome !== "checking" && outcome !== "settling") {
    /** @type {HTMLElement | null} */ (byId("return").querySelector("h1"))?.focus();
  }
}

function planName() {
  const bought = session && account && boughtSubscription(session, account);
  return findPrice(catalogue, (price) => price.id === bought?.priceId)?.plan.name ?? t("account.unnamedPlan");
}

function draw() {
  const panel = byId("return");
  const busy = shown === "checking" || shown === "settling";
  panel.dataset.state = shown;
  panel.setAttribute("aria-busy", String(busy));
  const { tone, title, text, choices } = content();
  const features = account?.features ?? [];
  replace(
    panel,
    h(
      "div",
      { class: busy ? "return__mark return__mark--busy" : `return__mark return__mark--${tone}` },
      !busy && icon(tone === "ok" ? "check" : tone === "info" ? "clock" : "alert", 40),
    ),
    h("h1", { tabindex: "-1" }, title),
    h("p", { class: "muted" }, text),
    (shown === "done" || shown === "trial") && features.length > 0 && featureList(features, t("return.yourFeatures")),
    choices.length > 0 && h("div", { class: "row" }, ...choices),
  );
}

/** @returns {{tone: "ok" | "info" | "warn" | "danger", title: string, text: string, choices: HTMLElement[]}} */
function content() {
  const toAccount = () => linkButton(t("return.goToAccount"), pageUrl("account.html"), { kind: "primary", testid: "go-to-account" });
  const again = () => button(t("return.checkAgain"), { kind: "primary", press: check, testid: "check-again" });
  const plans = () => linkButton(t("checkout.seePlans"), pageUrl("index.html"), { kind: "primary" });
  switch (shown) {
    case "checking":
      return { tone: "info", title: t("return.checkingTitle"), text: t("return.checkingText"), choices: [] };
    case "settling":
      return { tone: "ok", title: t("return.settlingTitle"), text: t("return.settlingText"), choices: [] };
    case "done":
      return { tone: "ok", title: t("return.doneTitle", { plan: planName() }), text: t("return.doneText"), choices: [toAccount()] };
    case "trial":
      return { tone: "ok", title: t("return.trialTitle", { plan: planName() }), text: t("return.trialText"), choices: [toAccount()] };
    case "processing":
      return { tone: "info", title: t("return.processingTitle"), text: t("return.processingText"), choices: [toAccount()] };
    case "failed":
      return { tone: "danger", title: t("return.failedTitle"), text: t("return.failedText"), choices: [plans()] };
    case "debit_failed":
      return { tone: "danger", title: t("return.debitFailedTitle"), text: t("return.debitFailedText"), choices: [toAccount()] };
    case "expired":
      return { tone: "warn", title: t("return.expiredTitle"), text: t("return.expiredText"), choices: [plans()] };
    case "slow":
      return { tone: "info", title: t("return.slowTitle"), text: t("return.slowText"), choices: [again()] };
    case "see_account":
      return { tone: "warn", title: t("return.seeAccountTitle"), text: t("return.seeAccountText"), choices: [toAccount()] };
    case "missing":
      return { tone: "warn", title: t("return.missingTitle"), text: t("return.missingText"), choices: [toAccount()] };
    case "unknown":
      return { tone: "warn", title: t("return.unknownTitle"), text: `${errorMessage(failure)} ${t("return.unknownText")}`, choices: [again()] };
  }
}
