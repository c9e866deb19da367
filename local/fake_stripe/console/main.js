/**
 * The console: which view is open stands in the address (`#events`, `#objects/invoice/in_…`), what it shows comes from the control
 * routes, asked again every second while somebody looks.
 */

import { drawClock, drawMoves } from "./clock.js";
import { act, ControlError, read } from "./control.js";
import { byId, h } from "./dom.js";
import { kindOf } from "./ids.js";
import { json } from "./json.js";
import { drawTable } from "./table.js";
import { viewOf } from "./views.js";
import { plural } from "./words.js";

/** Milliseconds between updates. */
const PAUSE = 1_000;

/** @type {Array<[name: string, label: string]>} */
const FEEDS = [
  ["events", "Events"],
  ["deliveries", "Deliveries"],
  ["requests", "Requests"],
  ["due", "Due"],
];

/** What the address asks for. */
function place() {
  const [name = "events", ...rest] = location.hash.slice(1).split("/");
  const [kind, id] = name === "objects" ? rest : ["", rest[0]];
  return { name: name || "events", kind: kind ?? "", id: id ?? "" };
}

let shown = place();
/** A list that was opened before the detail stays in the middle. */
let list = { name: shown.name === "objects" && shown.kind === "event" ? "events" : shown.name, kind: shown.kind };
let view = viewOf(list.name, list.kind);
/** @type {any[]} */
let rows = [];
let filter = "";

/** @param {Promise<unknown>} work */
async function run(work) {
  try {
    await work;
    await update();
  } catch (error) {
    say(error);
  }
}

/** @param {unknown} error */
function say(error) {
  byId("link").textContent = error instanceof ControlError ? error.message : "The fake Stripe does not answer.";
  byId("link").dataset.tone = "bad";
}

async function update() {
  const asked = view;
  const [health, { due }, fetched] = await Promise.all([read("health"), read("clock"), asked.fetch()]);
  byId("link").textContent = "";
  drawClock(health, due, run);
  drawSide(health.objects, due.length);
  if (asked !== view) {
    return;
  }
  rows = fetched.rows;
  byId("view-title").replaceChildren(
    list.name === "objects" ? plural(view.title) : view.title,
    " ",
    h("span", { className: "count" }, fetched.total),
  );
  draw();
  await drawDetail();
}

function draw() {
  drawTable(view, rows, filter, location.hash);
}

/** @param {Record<string, number>} counts @param {number} due */
function drawSide(counts, due) {
  const link = (/** @type {string} */ hash, /** @type {string} */ label, /** @type {number | undefined} */ count) => {
    const here = hash === (list.name === "objects" ? `#objects/${list.kind}` : `#${list.name}`);
    return h(
      "a",
      { href: hash, className: here ? "here" : "", aria: here ? { current: "page" } : {} },
      label,
      h("span", { className: "count" }, count ?? ""),
    );
  };
  const feedCounts = /** @type {Record<string, number>} */ ({ events: counts.event ?? 0, due });
  const feeds = FEEDS.map(([name, label]) => link(`#${name}`, label, feedCounts[name]));
  const kinds = Object.keys(counts).filter((kind) => kind !== "event");
  const known = JSON.stringify([counts, due, list]);
  const side = byId("side");
  if (side.dataset.shown !== known) {
    side.dataset.shown = known;
    const focused =
      document.activeElement instanceof HTMLAnchorElement && side.contains(document.activeElement) ? document.activeElement.hash : null;
    side.replaceChildren(...feeds, h("h2", {}, "Objects"), ...kinds.map((kind) => link(`#objects/${kind}`, plural(kind), counts[kind])));
    if (focused) {
      side.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    }
  }
}

/** @returns {Promise<any>} what the address names, or null */
async function find() {
  if (shown.name === "requests") {
    return rows.find((row) => row.id === shown.id) ?? null;
  }
  if (shown.kind === "event") {
    const { events } = await read("events", { limit: 1_000 });
    return events.find((/** @type {any} */ event) => event.id === shown.id) ?? null;
  }
  const { objects } = await read("objects", { kind: shown.kind, limit: 1_000 });
  return objects.find((/** @type {any} */ object) => object.id === shown.id) ?? null;
}

async function drawDetail() {
  const { id } = shown;
  byId("detail").hidden = !id;
  if (!id) {
    return;
  }
  byId("detail-title").textContent = id;
  const found = await find();
  if (id !== shown.id) {
    return;
  }
  const known = JSON.stringify(found) + id;
  if (byId("json").dataset.shown === known) {
    return;
  }
  byId("json").dataset.shown = known;
  byId("json").replaceChildren(found ? json(found) : "It is not here, or no longer.");
  const close = h("button", { type: "button" }, "Close");
  close.addEventListener("click", () => (location.hash = list.name === "objects" ? `#objects/${list.kind}` : `#${list.name}`));
  byId("detail-tools").replaceChildren(...(found?.object === "event" ? [sendAgain(found)] : []), close);
}

/** @param {{id: string}} event */
function sendAgain({ id }) {
  const button = h("button", { type: "button", title: "To every endpoint that wants it" }, "Send again");
  button.addEventListener("click", () => run(act("webhooks/redeliver", { event: id })));
  return button;
}

function drawTools() {
  const tool = (/** @type {string} */ label, /** @type {string} */ route, /** @type {string} */ title) => {
    const button = h("button", { type: "button", title }, label);
    button.addEventListener("click", () => run(act(route)));
    return button;
  };
  const sending = list.name === "events" || list.name === "deliveries";
  byId("tools").replaceChildren(
    ...(sending
      ? [
          tool("Hold deliveries", "webhooks/hold", "Those of events made from now on"),
          tool("Let go", "webhooks/release", "All that are held"),
        ]
      : []),
  );
}

function navigate() {
  shown = place();
  // Following an id opens the detail beside the list one came from; only a list's own address changes the list.
  if (!shown.id || (shown.name === "objects" && !kindOf(shown.id))) {
    list = { name: shown.name, kind: shown.kind };
    view = viewOf(list.name, list.kind);
    rows = [];
    filter = byId("filter").value = "";
    drawTools();
  }
  draw();
  run(Promise.resolve());
}

byId("filter").addEventListener("input", () => {
  filter = byId("filter").value.trim().toLowerCase();
  draw();
});
window.addEventListener("hashchange", navigate);
document.addEventListener("visibilitychange", () => document.hidden || run(Promise.resolve()));
drawMoves(run);
drawTools();

/** Asks again after each answer, never two at once. */
async function keepUp() {
  if (!document.hidden) {
    await update().catch(say);
  }
  setTimeout(keepUp, PAUSE);
}
keepUp();
