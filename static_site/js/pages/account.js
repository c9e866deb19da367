/** The account: what is true now, and what can be done about it. What the server answers after a change is shown at once. */

import { alternativesSection } from "../account/alternatives.js";
import { invoicesSection, refreshInvoices } from "../account/invoices.js";
import { methodCard, methodInWords } from "../account/method.js";
import { othersSection } from "../account/others.js";
import { overview, planName } from "../account/overview.js";
import { isLive, isMoving, owes, possible, stateOf } from "../account/state.js";
import { getAccount, getPlans, resumeSubscription } from "../api.js";
import { findPrice } from "../catalogue.js";
import { forgetPaid } from "../checkout/paid.js";
import { button, linkButton } from "../components/buttons.js";
import { renderChrome } from "../components/chrome.js";
import { notice } from "../components/notice.js";
import { featureList } from "../components/plans.js";
import { connectToStripe } from "../config.js";
import { byId, h, replace } from "../dom.js";
import { errorMessage, ServiceError } from "../errors.js";
import { t } from "../i18n/index.js";
import { pageUrl, parameter } from "../navigation.js";
import { leftForSignIn, requireSignIn, startPage } from "../page.js";
import { signedInEmail, signOut } from "../session.js";
import { date, money } from "../words.js";

/** @typedef {import("../shapes.js").Plan} Plan */
/** @typedef {import("../shapes.js").Price} Price */
/** @typedef {import("../shapes.js").Subscription} Subscription */

/**
 * What the buttons of the account do.
 *
 * @typedef {object} Deeds
 * @property {(subscription: Subscription) => Promise<void>} cancel
 * @property {(subscription: Subscription) => Promise<void>} keep
 * @property {(subscription: Subscription, plan: Plan, price: Price) => Promise<void>} change
 * @property {() => Promise<void>} updateMethod and then pay what is owed with the new one
 * @property {() => Promise<void>} pay what is owed, or have the bank's confirmation
 * @property {() => Promise<void>} resume a paused subscription
 * @property {() => Promise<void>} refresh
 */

/** After a change, and while something is under way, the account is asked again at these pauses: webhooks follow within seconds. */
const LOOK_AGAIN_MS = [1_500, 3_000, 6_000, 12_000, 24_000];

/** @type {Record<import("../account/payment.js").PaymentOutcome, import("../components/notice.js").Tone>} */
const OUTCOME_TONES = { paid: "ok", processing: "info", nothing: "info", unconfirmed: "warn", declined: "danger" };

/** @type {import("../shapes.js").Account | null} */
let account = null;
/** @type {import("../shapes.js").Catalogue | null} */
let catalogue = null;
/** @type {unknown} */
let failure = null;
let email = "";
/** The account was deleted a moment ago. */
let gone = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let nextLook;

/**
 * Dialogs are fetched when they are asked for: most visits open none.
 *
 * @template Module
 * @param {Promise<Module>} module
 * @returns {Promise<Module | null>} null when it could not be had, which the visitor was told
 */
async function fetched(module) {
  try {
    return await module;
  } catch (error) {
    console.error(error);
    tell("danger", t("errors.network"));
    return null;
  }
}

/** @type {Deeds} */
const deeds = {
  async cancel(subscription) {
    const dialog = await fetched(import("../account/cancel-dialog.js"));
    dialog?.openCancelDialog(
      subscription,
      planName(subscription, catalogue),
      (changed) => {
        const told = changed.cancelAt && isLive(changed) ? t("cancel.doneAtEnd", { date: date(changed.cancelAt) }) : t("cancel.doneNow");
        accept(changed, told);
      },
      lost,
    );
  },
  async keep(subscription) {
    try {
      accept(await resumeSubscription(subscription.id), t("cancel.kept"));
    } catch (error) {
      lost(error);
    }
  },
  async change(subscription, plan, price) {
    const dialog = await fetched(import("../account/change-dialog.js"));
    dialog?.openChangeDialog(
      { subscription, from: planName(subscription, catalogue), plan, price },
      (changed, { amountDue, currency, minorUnitDivisor }) => {
        const paid = amountDue > 0 && { plan: plan.name, amount: money({ amount: amountDue, currency, minorUnitDivisor }) };
        if (changed.pendingUpdate) {
          accept(changed, t("change.pending"), "info");
          return;
        }
        accept(changed, paid ? t("change.donePaid", paid) : t("change.done", { plan: plan.name }));
      },
      lost,
    );
  },
  async updateMethod() {
    void connectToStripe().catch(() => undefined);
    const panel = await fetched(import("../account/method-update.js"));
    await panel?.openMethodUpdate(account?.paymentMethod?.id, methodSaved);
  },
  async pay() {
    const payment = await fetched(import("../account/payment.js"));
    try {
      const outcome = await payment?.payOpenInvoices();
      if (outcome) {
        await paymentTold(outcome);
      }
    } catch (error) {
      lost(error, "payment.unknown");
    }
  },
  async resume() {
    if (account?.subscription) {
      try {
        accept(await resumeSubscription(account.subscription.id), t("cancel.kept"));
      } catch (error) {
        lost(error);
      }
    }
  },
  refresh: load,
};

/** @param {import("../shapes.js").Account | null} fresh */
async function methodSaved(fresh) {
  if (!fresh?.paymentMethod) {
    tell("info", t("method.slow"));
    lookAgain();
    return;
  }
  account = fresh;
  draw();
  tell("ok", t("method.done", { method: methodInWords(fresh.paymentMethod) }));
  if ([fresh.subscription, ...fresh.otherSubscriptions].some(owes)) {
    await deeds.pay();
  } else if (stateOf(fresh.subscription) === "paused") {
    await deeds.resume();
  }
}

/** @param {import("../account/payment.js").PaymentOutcome} outcome */
async function paymentTold(outcome) {
  await look();
  refreshInvoices();
  lookAgain();
  tell(OUTCOME_TONES[outcome], t(`payment.${outcome}`));
  if (outcome === "declined") {
    await deeds.updateMethod();
  }
}

async function askToDelete() {
  const dialog = await fetched(import("../account/delete-dialog.js"));
  const live = [account?.subscription, ...(account?.otherSubscriptions ?? [])].some((each) => each && isLive(each));
  dialog?.openDeleteDialog(live, async () => {
    clearTimeout(nextLook);
    account = null;
    gone = true;
    await signOut();
    renderChrome();
    draw();
  });
}

if (requireSignIn()) {
  startPage("account", draw);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && account) {
      void look();
    }
  });
  void load().then(followLink);
}

async function load() {
  failure = null;
  const plans = getPlans().catch(() => null);
  try {
    [account, email] = await Promise.all([getAccount(), signedInEmail()]);
    catalogue = await plans;
  } catch (error) {
    console.error(error);
    if (leftForSignIn(error)) {
      return;
    }
    failure = error;
  }
  byId("account").removeAttribute("aria-busy");
  draw();
  if (account?.subscription && isLive(account.subscription)) {
    forgetPaid();
  }
  if (isMoving(stateOf(account?.subscription)) || featuresAreLate()) {
    lookAgain();
  }
}

/** Entitlements come by an event of their own, a moment after the subscription. */
function featuresAreLate() {
  const { subscription, features } = account ?? {};
  const bought = catalogue?.plans.find((plan) => plan.productId === subscription?.productId);
  const running = subscription?.status === "active" || subscription?.status === "trialing";
  return running && features?.length === 0 && (bought?.features.length ?? 0) > 0;
}

/** What led here: a checkout that was not needed, or a plan chosen on the plans page. */
function followLink() {
  if (!account) {
    return;
  }
  if (parameter("already")) {
    tell("info", t("checkout.haveSubscription"));
  }
  const { subscription } = account;
  const wanted = findPrice(catalogue, (price) => price.id === parameter("change"));
  if (wanted && subscription && possible(subscription).change && wanted.price.id !== subscription.priceId) {
    void deeds.change(subscription, wanted.plan, wanted.price);
  }
  // A reload must not do this again.
  history.replaceState(null, "", pageUrl("account.html"));
}

function draw() {
  const place = byId("account");
  if (failure) {
    const again = button(t("chrome.retry"), { press: load, testid: "retry" });
    replace(place, notice({ tone: "danger", title: t("account.errorTitle"), text: errorMessage(failure), actions: [again] }));
    return;
  }
  if (gone) {
    const plans = linkButton(t("checkout.seePlans"), pageUrl("index.html"));
    replace(byId("account-news"), notice({ tone: "ok", title: t("deletion.doneTitle"), text: t("deletion.doneText"), actions: [plans], testid: "deleted" }));
    replace(byId("signed-in-as"));
    replace(byId("method-update"));
    replace(byId("account-more"));
    replace(place);
    return;
  }
  if (!account) {
    return;
  }
  const { subscription, features } = account;
  replace(byId("signed-in-as"), t("account.signedInAs", { email }));
  const known = Boolean(subscription ?? account.paymentMethod) || features.length > 0;
  replace(
    place,
    h(
      "div",
      { class: known ? "account" : "account account--empty", "data-testid": "account" },
      h(
        "div",
        { class: "stack stack--wide" },
        overview(account, catalogue, deeds),
        alternativesSection(subscription, catalogue, deeds),
        othersSection(account, catalogue, deeds),
      ),
      known && h("div", { class: "stack stack--wide" }, featuresCard(features), methodCard(account, deeds)),
    ),
  );
  replace(byId("account-more"), account.customerId && invoicesSection(), deletion());
}

function deletion() {
  return h(
    "section",
    { class: "deletion", "aria-labelledby": "deletion-title" },
    h("div", {}, h("h2", { id: "deletion-title" }, t("deletion.heading")), h("p", { class: "muted small" }, t("deletion.lead"))),
    button(t("deletion.open"), { press: askToDelete, testid: "delete-account-button" }),
  );
}

/** @param {string[]} features lookup keys */
function featuresCard(features) {
  return h(
    "section",
    { class: "card stack", "aria-labelledby": "features-title" },
    h("h2", { id: "features-title" }, t("account.features")),
    features.length > 0 ? featureList(features, t("account.features")) : h("p", { class: "muted" }, t("account.noFeatures")),
  );
}

/**
 * Shows the subscription that an action answered, then looks again for what follows by webhook.
 *
 * @param {Subscription} changed
 * @param {string} told
 * @param {import("../components/notice.js").Tone} [tone]
 */
function accept(changed, told, tone = "ok") {
  if (account) {
    const isMain = account.subscription?.id === changed.id;
    account = {
      ...account,
      subscription: isMain ? changed : account.subscription,
      otherSubscriptions: account.otherSubscriptions.map((other) => (other.id === changed.id ? changed : other)),
    };
  }
  tell(tone, told);
  draw();
  lookAgain();
}

/**
 * An action failed. Where its outcome is unknown the account is read again, which is what is then shown.
 *
 * @param {unknown} error
 * @param {string} [unknown] words for an outcome that nobody knows
 */
function lost(error, unknown = "change.unknown") {
  console.error(error);
  if (leftForSignIn(error)) {
    return;
  }
  if (error instanceof ServiceError && error.outcomeUnknown) {
    tell("warn", t(unknown));
    lookAgain();
  } else {
    tell("danger", errorMessage(error));
    void look();
  }
}

/**
 * @param {import("../components/notice.js").Tone} tone
 * @param {string} text
 */
function tell(tone, text) {
  replace(byId("account-news"), notice({ tone, text, quiet: true, testid: "account-news" }));
}

/** @param {number} [round] */
function lookAgain(round = 0) {
  clearTimeout(nextLook);
  if (round < LOOK_AGAIN_MS.length) {
    nextLook = setTimeout(async () => {
      await look();
      lookAgain(round + 1);
    }, LOOK_AGAIN_MS[round]);
  }
}

/** Reads the account again and draws it if it differs; a failure leaves what is shown. */
async function look() {
  const fresh = await getAccount().catch((/** @type {unknown} */ error) => {
    leftForSignIn(error);
    return null;
  });
  if (fresh && JSON.stringify(fresh) !== JSON.stringify(account)) {
    account = fresh;
    draw();
  }
}
