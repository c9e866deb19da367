/** The list in the middle. Rows that did not change keep their elements, so that focus, selection and scrolling survive an update. */

import { byId, h } from "./dom.js";

/** @type {Map<string, {row: HTMLTableRowElement, was: string}>} */
let drawn = new Map();
/** @type {unknown} */
let drawnView = null;

/**
 * @param {import("./views.js").View} view
 * @param {any[]} rows
 * @param {string} filter lower case; a row shows if its JSON has it
 * @param {string} current address of what the detail shows
 */
export function drawTable(view, rows, filter, current) {
  if (view !== drawnView) {
    drawn = new Map();
    drawnView = view;
    byId("head").replaceChildren(
      h("tr", {}, ...view.columns.map(([heading, , kind]) => h("th", { scope: "col", className: kind ?? "" }, heading))),
    );
    byId("scroll").scrollTop = 0;
  }
  const shown = new Map();
  for (const row of rows) {
    const was = JSON.stringify(row);
    if (filter && !was.toLowerCase().includes(filter)) {
      continue;
    }
    const key = view.key(row);
    const before = drawn.get(key);
    shown.set(key, before?.was === was ? before : { row: drawRow(view, row, before !== undefined || drawn.size === 0), was });
  }
  drawn = shown;
  const elements = [...shown.values()].map(({ row }) => row);
  for (const element of elements) {
    const selected = element.dataset.address === current;
    element.classList.toggle("current", selected);
  }
  place(byId("rows"), elements);
  const empty = byId("empty");
  empty.hidden = elements.length > 0;
  empty.textContent = filter && rows.length ? "Nothing matches the filter." : view.empty;
}

/**
 * @param {import("./views.js").View} view
 * @param {any} row
 * @param {boolean} known no need to draw the eye to it
 */
function drawRow(view, row, known) {
  const address = view.address(row);
  const cells = view.columns.map(([, cell, kind], index) => {
    const content = cell(row);
    const inner = index === firstPlain(view) ? h("a", { href: address, className: "open" }, content ?? "") : content;
    return h("td", { className: kind ?? "" }, inner);
  });
  const element = h("tr", { className: known ? "" : "new", data: { address } }, ...cells);
  element.addEventListener("click", (event) => {
    const onLink = event.target instanceof Element && event.target.closest("a");
    if (!onLink && !String(getSelection())) {
      location.hash = address;
    }
  });
  return element;
}

/** The column that carries the row's own link: the wide one, or the first. @param {import("./views.js").View} view */
function firstPlain(view) {
  const wide = view.columns.findIndex(([, , kind]) => kind === "id" || kind === "wide");
  return Math.max(0, wide);
}

/** Puts the elements in this order, moving as few as possible. @param {HTMLElement} parent @param {HTMLElement[]} elements */
function place(parent, elements) {
  const wanted = new Set(elements);
  for (const child of [...parent.children]) {
    if (!wanted.has(/** @type {HTMLElement} */ (child))) {
      child.remove();
    }
  }
  elements.forEach((element, index) => {
    if (parent.children[index] !== element) {
      parent.insertBefore(element, parent.children[index] ?? null);
    }
  });
}
