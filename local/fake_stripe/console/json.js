/** An object as indented, coloured JSON whose ids lead on. */

import { h } from "./dom.js";
import { addressOf, kindOf } from "./ids.js";
import { date } from "./words.js";

/** Whole seconds since 2001 and until 2100: numbers in that range, under names that sound like it, are times. */
const TIME_NAMES = /(^|_)(at|created|start|end|anchor|date|on|until|now|frozen_time|effective|exp|period|finalized|attempt)$/;
const TIMES = [978_307_200, 4_102_444_800];

/** @param {unknown} value @returns {DocumentFragment} */
export function json(value) {
  const out = document.createDocumentFragment();
  write(out, value, "", "");
  return out;
}

/**
 * @param {DocumentFragment} out
 * @param {any} value
 * @param {string} indent
 * @param {string} name of the member
 */
function write(out, value, indent, name) {
  if (value === null || typeof value !== "object") {
    out.append(scalar(value, name));
    return;
  }
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const entries = Object.entries(value);
  if (!entries.length) {
    out.append(open + close);
    return;
  }
  const inner = `${indent}  `;
  out.append(`${open}\n`);
  entries.forEach(([key, member], index) => {
    out.append(inner);
    if (!Array.isArray(value)) {
      out.append(h("span", { className: "key" }, JSON.stringify(key)), ": ");
    }
    write(out, member, inner, Array.isArray(value) ? name : key);
    out.append(index < entries.length - 1 ? ",\n" : "\n");
  });
  out.append(indent + close);
}

/** @param {string | number | boolean | null} value @param {string} name */
function scalar(value, name) {
  const text = JSON.stringify(value);
  const kind = kindOf(value);
  if (kind && name !== "id") {
    return h("a", { className: "string", href: addressOf(String(value), kind) }, text);
  }
  const when = typeof value === "number" && TIME_NAMES.test(name) && value > TIMES[0] && value < TIMES[1];
  const className = value === null ? "null" : typeof value;
  return h("span", { className, title: when ? date(value) : "" }, text, when && h("span", { className: "when" }, ` ${date(value)}`));
}
