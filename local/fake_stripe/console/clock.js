/** Stripe's time at the top of the page, what is due next, and the buttons that move it. */

import { act } from "./control.js";
import { byId, h } from "./dom.js";
import { addressOf, kindOf } from "./ids.js";
import { clockTime, date, span } from "./words.js";

/** @type {Array<[label: string, seconds: number, title: string]>} */
const STEPS = [
  ["3 min", 180, "a bank debit settles"],
  ["1 hour", 3_600, "a draft invoice is finalised"],
  ["1 day", 86_400, ""],
  ["1 week", 604_800, ""],
  ["1 month", 31 * 86_400, "31 days"],
];

/** @param {(work: Promise<unknown>) => void} run shows what goes wrong, then updates the page */
export function drawMoves(run) {
  const steps = STEPS.map(([label, seconds, title]) => {
    const button = h("button", { type: "button", title }, `+ ${label}`);
    button.addEventListener("click", () => run(act("clock", { advance_seconds: seconds })));
    return button;
  });
  const to = h("input", { type: "datetime-local", step: "1", aria: { label: "Move Stripe's time to" } });
  const go = h("button", { type: "submit" }, "Go");
  const form = h("form", { className: "go" }, to, go);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (to.value) {
      run(act("clock", { to: Math.floor(new Date(to.value).getTime() / 1000) }));
    }
  });
  byId("moves").replaceChildren(...steps, form);
}

/** @param {{now: number, real_now: number}} health @param {Array<{at: number, job: string, object: string}>} due @param {(work: Promise<unknown>) => void} run */
export function drawClock({ now, real_now: realNow }, due, run) {
  byId("now").textContent = clockTime(now);
  byId("now").dateTime = new Date(now * 1000).toISOString();
  byId("ahead").textContent = now - realNow > 1 ? `${span(now - realNow)} ahead` : "";
  const [first] = due;
  const known = JSON.stringify(first ?? null);
  const next = byId("next");
  const until = first && `in ${span(Math.max(0, first.at - now))}`;
  if (next.dataset.shown === known) {
    const label = next.querySelector(".until");
    if (label) {
      label.textContent = until;
    }
    return;
  }
  next.dataset.shown = known;
  if (!first) {
    next.replaceChildren("nothing");
    return;
  }
  const jump = h("button", { type: "button", title: date(first.at) }, "Go there");
  jump.addEventListener("click", () => run(act("clock", { to: first.at })));
  const object = kindOf(first.object) && h("a", { href: addressOf(first.object) }, kindOf(first.object)?.replaceAll(/[._]/g, " "));
  next.replaceChildren(
    h("strong", {}, first.job.replaceAll("_", " ")),
    " ",
    object || "",
    " ",
    h("span", { className: "until" }, until),
    " ",
    jump,
  );
}
