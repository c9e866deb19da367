/** What was billed: fetched when it is asked for, since it is Stripe that knows. */

import { getInvoices } from "../api.js";
import { button } from "../components/buttons.js";
import { notice } from "../components/notice.js";
import { h, replace } from "../dom.js";
import { errorMessage } from "../errors.js";
import { hasWords, t } from "../i18n/index.js";
import { leftForSignIn } from "../page.js";
import { date, money } from "../words.js";

/** @typedef {import("../shapes.js").Invoice} Invoice */

/** @type {Record<string, import("../components/notice.js").Tone>} */
const TONES = { paid: "ok", open: "warn", uncollectible: "danger" };

/** @type {Invoice[] | null} */
let invoices = null;
let opened = false;

/** The section, folded until its owner unfolds it, and as it was when it is drawn again. */
export function invoicesSection() {
  const list = h("div", { "data-testid": "invoices" }, ...(invoices ? [content(invoices)] : []));
  const element = h(
    "details",
    { class: "card fold", open: opened, "data-testid": "invoices-section" },
    h("summary", { class: "fold__title" }, h("h2", {}, t("invoices.title"))),
    list,
  );
  element.addEventListener("toggle", () => {
    if (element.open && (!opened || !invoices)) {
      void show(list);
    }
    opened = element.open;
  });
  return element;
}

/** Reads the list again if it is being looked at: something was paid. */
export function refreshInvoices() {
  const list = /** @type {HTMLElement | null} */ (document.querySelector("[data-testid=invoices]"));
  if (opened && list) {
    void show(list);
  } else {
    invoices = null;
  }
}

/** @param {HTMLElement} list */
async function show(list) {
  list.setAttribute("aria-busy", "true");
  if (!invoices) {
    replace(list, h("p", { class: "visually-hidden", role: "status" }, t("chrome.loading")), h("span", { class: "skeleton skeleton--line" }));
  }
  try {
    ({ invoices } = await getInvoices());
    replace(list, content(invoices));
  } catch (error) {
    console.error(error);
    if (!leftForSignIn(error)) {
      const again = button(t("chrome.retry"), { press: () => show(list) });
      replace(list, notice({ tone: "danger", title: t("invoices.failed"), text: errorMessage(error), actions: [again] }));
    }
  }
  list.removeAttribute("aria-busy");
}

/** @param {Invoice[]} all */
function content(all) {
  if (all.length === 0) {
    return h("p", { class: "muted" }, t("invoices.none"));
  }
  const heading = (/** @type {string} */ key) => h("th", { scope: "col" }, t(key));
  return h(
    "table",
    { class: "invoices" },
    h("caption", { class: "visually-hidden" }, t("invoices.title")),
    h("thead", {}, h("tr", {}, heading("invoices.date"), heading("invoices.amount"), heading("invoices.status"), heading("invoices.document"))),
    h("tbody", {}, ...all.map(row)),
  );
}

/** @param {Invoice} invoice */
function row({ number, created, amountDue, currency, minorUnitDivisor, status, pdfUrl }) {
  return h(
    "tr",
    { "data-testid": "invoice", "data-status": status },
    h("td", {}, date(created)),
    h("td", { class: "number" }, money({ amount: amountDue, currency, minorUnitDivisor })),
    h("td", {}, h("span", { class: `badge badge--${TONES[status] ?? "plain"}` }, hasWords(`invoices.is.${status}`) ? t(`invoices.is.${status}`) : status)),
    h("td", {}, pdfUrl ? h("a", { href: pdfUrl, rel: "noreferrer", "aria-label": t("invoices.pdfOf", { number: number ?? date(created) }) }, t("invoices.pdf")) : "–"),
  );
}
