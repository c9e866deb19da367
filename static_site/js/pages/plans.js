/** The plans and their prices. Whoever is signed in sees which one is theirs; for that the page does not wait. */

import { isLive } from "../account/state.js";
import { getAccount, getPlans } from "../api.js";
import { currenciesOf, hasMonthlyAndYearly, offers } from "../catalogue.js";
import { button } from "../components/buttons.js";
import { notice } from "../components/notice.js";
import { compareTable, planCard } from "../components/plans.js";
import { connectToStripe } from "../config.js";
import { byId, h, replace } from "../dom.js";
import { errorMessage } from "../errors.js";
import { t } from "../i18n/index.js";
import { startPage } from "../page.js";
import { isSignedIn } from "../session.js";
import { tab } from "../storage.js";

const CURRENCY = "recur.currency";

/** @type {import("../shapes.js").Catalogue | null} */
let catalogue = null;
/** @type {import("../shapes.js").Account | null} */
let account = null;
/** @type {unknown} */
let failure = null;
let currency = tab.get(CURRENCY) ?? "";
/** @type {string | null} */
let interval = null;

startPage("plans", draw);
// Whoever points at a plan may be at its checkout a second later.
for (const sign of ["pointerover", "focusin"]) {
  byId("plans").addEventListener(sign, () => void connectToStripe().catch(() => undefined), { once: true });
}
void load();

async function load() {
  failure = null;
  byId("plans").setAttribute("aria-busy", "true");
  const yours = isSignedIn() ? getAccount().catch(() => null) : null;
  try {
    catalogue = await getPlans();
    const currencies = currenciesOf(catalogue);
    currency = currencies.includes(currency) ? currency : (currencies[0] ?? "");
    interval = hasMonthlyAndYearly(catalogue) ? "month" : null;
  } catch (error) {
    console.error(error);
    failure = error;
  }
  byId("plans").removeAttribute("aria-busy");
  draw();
  account = (await yours) ?? null;
  if (account) {
    draw();
  }
}

function draw() {
  const place = byId("plans");
  if (failure) {
    const again = button(t("chrome.retry"), { press: load, testid: "retry" });
    replace(place, notice({ tone: "danger", title: t("plans.errorTitle"), text: errorMessage(failure), actions: [again] }));
    return;
  }
  if (!catalogue) {
    return;
  }
  if (catalogue.plans.length === 0) {
    replace(place, h("div", { class: "card stack" }, h("h2", {}, t("plans.emptyTitle")), h("p", { class: "muted" }, t("plans.emptyText"))));
    return;
  }
  const current = account?.subscription && isLive(account.subscription) ? account.subscription : null;
  const shown = offers(catalogue, currency, interval);
  const most = Math.max(...shown.map(({ plan }) => plan.features.length));
  replace(byId("controls"), intervalControl(), currencyControl(catalogue));
  replace(
    place,
    h("div", { class: "plan-grid" }, ...shown.map((offer) => planCard(offer, { current, fullest: offer.plan.features.length === most && shown.length > 1 }))),
    shown.length > 1 && compareTable(shown.map(({ plan }) => plan)),
  );
}

function intervalControl() {
  if (interval === null) {
    return null;
  }
  const option = (/** @type {string} */ name) =>
    h(
      "label",
      {},
      h("input", { type: "radio", name: "interval", id: `interval-${name}`, checked: interval === name, onchange: () => choose(() => (interval = name)) }),
      h("span", {}, t(`interval.${name}`)),
    );
  return h(
    "fieldset",
    { class: "segmented", "data-testid": "interval-toggle" },
    h("legend", { class: "visually-hidden" }, t("interval.legend")),
    option("month"),
    option("year"),
  );
}

/** @param {import("../shapes.js").Catalogue} all */
function currencyControl(all) {
  const currencies = currenciesOf(all);
  if (currencies.length < 2) {
    return null;
  }
  const select = h(
    "select",
    { class: "input", id: "currency", "data-testid": "currency-select" },
    ...currencies.map((code) => h("option", { value: code, selected: code === currency }, code.toUpperCase())),
  );
  select.addEventListener("change", () =>
    choose(() => {
      currency = select.value;
      tab.set(CURRENCY, currency);
    }),
  );
  return h("div", { class: "row" }, h("label", { for: "currency", class: "small muted" }, t("plans.currency")), select);
}

/** @param {() => void} change */
function choose(change) {
  change();
  draw();
}
