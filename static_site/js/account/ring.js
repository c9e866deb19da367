/** The billing period as a ring that fills: what is left of it, in days. */

import { daysUntil, now, periodStart } from "../dates.js";
import { h, svg } from "../dom.js";
import { t } from "../i18n/index.js";

/**
 * @param {object} options
 * @param {number | null} options.end Unix seconds; null for a subscription without a running period
 * @param {{interval: string, intervalCount: number} | null} options.recurring the price's period, if known
 * @param {string} options.tone
 */
export function ring({ end, recurring, tone }) {
  const present = now();
  const start = end !== null && recurring ? periodStart(end, recurring.interval, recurring.intervalCount) : present;
  const share = end !== null && end > start ? Math.min(1, Math.max(0, (end - present) / (end - start))) : 0;
  const circle = { cx: 60, cy: 60, r: 52, fill: "none", "stroke-width": 9, pathLength: 100 };
  const days = end === null ? 0 : daysUntil(end, present);
  return h(
    "div",
    { class: `ring ring--${tone}` },
    svg(
      "svg",
      { viewBox: "0 0 120 120", "aria-hidden": "true", focusable: "false" },
      svg("circle", { ...circle, class: "ring__track" }),
      svg("circle", { ...circle, class: "ring__rest", "stroke-dasharray": `${share * 100} 100`, transform: "rotate(-90 60 60)" }),
    ),
    end !== null &&
      h("p", { class: "ring__text" }, h("span", { class: "ring__days number" }, String(days)), h("span", { class: "ring__label" }, t("account.daysLeft", { count: days }))),
  );
}
