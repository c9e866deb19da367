/** A message in the page. Trouble interrupts a screen reader (`alert`), good news waits its turn (`status`). */

import { h } from "../dom.js";
import { icon } from "./icons.js";

/** @typedef {"ok" | "info" | "warn" | "danger"} Tone */

/** @type {Record<Tone, Parameters<typeof icon>[0]>} */
const ICONS = { ok: "check", info: "info", warn: "alert", danger: "alert" };

/**
 * @param {object} options
 * @param {Tone} options.tone
 * @param {string} [options.title]
 * @param {import("../dom.js").Child} [options.text]
 * @param {import("../dom.js").Child[]} [options.actions]
 * @param {string} [options.testid]
 * @param {boolean} [options.quiet] part of the page rather than news: not announced
 */
export function notice({ tone, title, text, actions = [], testid, quiet = false }) {
  const role = quiet ? null : tone === "danger" || tone === "warn" ? "alert" : "status";
  return h(
    "div",
    { class: `notice notice--${tone}`, role, "data-testid": testid },
    icon(ICONS[tone]),
    h(
      "div",
      { class: "notice__body" },
      title && h("p", { class: "notice__title" }, title),
      text && h("p", {}, text),
      actions.length > 0 && h("div", { class: "row" }, ...actions),
    ),
  );
}
