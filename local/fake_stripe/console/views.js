/**
 * What can be looked at: how each view is fetched, and what its columns show. A cell is text, a node, or nothing.
 */

import { read } from "./control.js";
import { h } from "./dom.js";
import { addressOf, kindOf } from "./ids.js";
import { date, money, span, time, timeOfDay, tone } from "./words.js";

/** @typedef {string | number | Node | null | undefined | false} Cell */
/** @typedef {[heading: string, cell: (row: any) => Cell, kind?: "id" | "number" | "wide"]} Column */

/**
 * @typedef {object} View
 * @property {string} title
 * @property {() => Promise<{total: number, rows: any[]}>} fetch newest first
 * @property {(row: any) => string} key unique among the rows
 * @property {(row: any) => string} address within this page of what a click shows
 * @property {Column[]} columns
 * @property {string} empty
 */

const LIMIT = 300;

/** @param {string | null | undefined} text */
export const status = (text) => (text ? h("span", { className: "status", data: { tone: tone(text) } }, text.replaceAll("_", " ")) : null);

/** @param {string | {id: string} | null | undefined} reference */
function id(reference) {
  const text = typeof reference === "object" ? reference?.id : reference;
  return text ? h("a", { href: addressOf(text), className: "id", title: text }, short(text)) : null;
}

/** Events, deliveries and requests are dated in real time, whatever Stripe's clock says. @param {number | undefined} seconds */
const realTime = (seconds) => (seconds ? h("span", { title: date(seconds) }, timeOfDay(seconds)) : null);

/** `cs_test_FHkyd…JAPT`: enough to tell two apart. @param {string} text */
const short = (text) => (text.length > 26 ? `${text.slice(0, 16)}…${text.slice(-6)}` : text);

/** @param {{interval: string, interval_count: number} | null} recurring */
const every = (recurring) =>
  recurring && (recurring.interval_count > 1 ? `every ${recurring.interval_count} ${recurring.interval}s` : `a ${recurring.interval}`);

/** @type {Record<string, Column[]>} between the id and the time, by kind of object */
const COLUMNS = {
  customer: [
    ["Name", (row) => row.name],
    ["E-mail", (row) => row.email, "wide"],
  ],
  product: [
    ["Name", (row) => row.name, "wide"],
    ["", (row) => status(row.active ? "active" : "archived")],
  ],
  price: [
    ["Amount", (row) => `${money(row.unit_amount, row.currency)} ${every(row.recurring) ?? ""}`],
    ["Lookup key", (row) => row.lookup_key, "wide"],
    ["Product", (row) => id(row.product)],
  ],
  subscription: [
    ["Status", (row) => status(row.status)],
    ["Customer", (row) => id(row.customer)],
    ["Period ends", (row) => date(row.items?.data[0]?.current_period_end)],
    ["Cancels", (row) => date(row.cancel_at)],
  ],
  invoice: [
    ["Status", (row) => status(row.status)],
    ["Due", (row) => money(row.amount_due, row.currency), "number"],
    ["Reason", (row) => row.billing_reason?.replaceAll("_", " "), "wide"],
    ["Customer", (row) => id(row.customer)],
  ],
  payment_intent: [
    ["Status", (row) => status(row.status)],
    ["Amount", (row) => money(row.amount, row.currency), "number"],
    ["Customer", (row) => id(row.customer)],
  ],
  charge: [
    ["Status", (row) => status(row.status)],
    ["Amount", (row) => money(row.amount, row.currency), "number"],
    ["Why not", (row) => row.failure_code, "wide"],
  ],
  payment_method: [
    ["Type", (row) => row.type.replaceAll("_", " ")],
    ["", (row) => [row.card?.brand, (row.card ?? row.sepa_debit ?? row.au_becs_debit)?.last4].filter(Boolean).join(" ")],
    ["Customer", (row) => id(row.customer)],
  ],
  "checkout.session": [
    ["Status", (row) => status(row.status)],
    ["Payment", (row) => row.payment_status?.replaceAll("_", " ")],
    ["Total", (row) => money(row.amount_total, row.currency), "number"],
    ["Customer", (row) => id(row.customer)],
  ],
  "entitlements.feature": [
    ["Lookup key", (row) => row.lookup_key],
    ["Name", (row) => row.name, "wide"],
  ],
  "entitlements.active_entitlement": [["Feature", (row) => row.lookup_key, "wide"]],
  webhook_endpoint: [
    ["Status", (row) => status(row.status)],
    ["Address", (row) => row.url, "wide"],
  ],
};

/** @type {Column[]} for a kind without columns of its own */
const ANY = [
  ["Status", (row) => status(row.status)],
  ["Name", (row) => row.name ?? row.code, "wide"],
];

/** @param {string} kind @returns {View} */
const objects = (kind) => ({
  title: kind,
  async fetch() {
    const { total, objects: rows } = await read("objects", { kind, limit: LIMIT });
    return { total, rows };
  },
  key: (row) => row.id,
  address: (row) => addressOf(row.id, kind),
  columns: [
    ["Id", (row) => h("span", { className: "id", title: row.id }, short(row.id)), "id"],
    ...(COLUMNS[kind] ?? ANY),
    ["Created", (row) => time(row.created)],
  ],
  empty: "There are none yet.",
});

/** @type {Record<string, View>} */
const VIEWS = {
  events: {
    title: "Events",
    async fetch() {
      const [{ total, events }, { deliveries }] = await Promise.all([
        read("events", { limit: LIMIT }),
        read("webhooks/deliveries", { limit: 3 * LIMIT }),
      ]);
      const byEvent = Map.groupBy(deliveries, (/** @type {any} */ delivery) => delivery.event);
      return {
        total,
        rows: events.map((/** @type {any} */ event) => ({
          ...event,
          sent: (byEvent.get(event.id) ?? []).map((/** @type {any} */ one) => one.status),
        })),
      };
    },
    key: (row) => row.id,
    address: (row) => addressOf(row.id, "event"),
    columns: [
      ["Type", (row) => h("strong", {}, row.type), "wide"],
      [
        "Object",
        (row) => (kindOf(row.data.object.id ?? row.data.object.customer) ? id(row.data.object.id ?? row.data.object.customer) : null),
      ],
      ["Object status", (row) => status(row.data.object.status)],
      ["Delivery", (row) => h("span", { className: "sent" }, ...row.sent.map(status))],
      ["Made at", (row) => realTime(row.created)],
    ],
    empty: "Nothing has happened yet. Call the API, or open the site and buy something.",
  },
  deliveries: {
    title: "Webhook deliveries",
    async fetch() {
      const { total, deliveries } = await read("webhooks/deliveries", { limit: LIMIT });
      return { total, rows: deliveries };
    },
    key: (row) => String(row.id),
    address: (row) => addressOf(row.event, "event"),
    columns: [
      ["Status", (row) => status(row.status)],
      ["Event", (row) => h("strong", {}, row.type), "wide"],
      ["Answers", (row) => row.attempts.map((/** @type {any} */ attempt) => attempt.status ?? attempt.error).join(", ")],
      ["ms", (row) => row.attempts.at(-1)?.milliseconds, "number"],
      ["To", (row) => row.url],
      ["Last try", (row) => realTime(row.attempts.at(-1)?.at)],
    ],
    empty: "Nothing was sent. Register a webhook endpoint to have events delivered.",
  },
  requests: {
    title: "API requests",
    async fetch() {
      const { total, requests } = await read("requests", { limit: LIMIT });
      return { total, rows: requests };
    },
    key: (row) => row.id,
    address: (row) => `#requests/${row.id}`,
    columns: [
      ["", (row) => h("span", { className: "status", data: { tone: row.status < 400 ? "good" : "bad" } }, row.status)],
      ["Call", (row) => h("span", {}, h("strong", {}, row.method), ` ${row.path}`), "wide"],
      ["Key", (row) => row.key],
      ["", (row) => row.replayed && "replayed"],
      ["At", (row) => realTime(row.at)],
    ],
    empty: "Nobody has called the API yet.",
  },
  due: {
    title: "Due",
    async fetch() {
      const { now, due } = await read("clock");
      return { total: due.length, rows: due.slice(0, LIMIT).map((/** @type {any} */ job) => ({ ...job, now })) };
    },
    key: (row) => `${row.at} ${row.job} ${row.object}`,
    address: (row) => addressOf(row.object),
    columns: [
      ["When", (row) => date(row.at)],
      ["In", (row) => span(Math.max(0, row.at - row.now))],
      ["What", (row) => h("strong", {}, row.job.replaceAll("_", " ")), "wide"],
      ["Object", (row) => id(row.object)],
    ],
    empty: "Nothing is waiting for its time.",
  },
};

/** @param {string} name @param {string} kind @returns {View} */
export const viewOf = (name, kind) => (name === "objects" ? objects(kind) : (VIEWS[name] ?? VIEWS.events));
