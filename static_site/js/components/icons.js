/** The site's few icons, drawn on a 20-pixel grid. All are decoration: the words beside them say the same. */

import { svg } from "../dom.js";

const PATHS = {
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  dash: "M6 10h8",
  info: "M10 9.2v4.3M10 6.4v.1",
  alert: "M10 6.2v4.6M10 13.6v.1",
  cross: "M6.8 6.8l6.4 6.4M13.2 6.8l-6.4 6.4",
  clock: "M10 6v4.2l2.6 1.6",
  plus: "M10 5v10M5 10h10",
  pause: "M8 7v6M12 7v6",
};

const CIRCLED = new Set(["info", "alert", "cross", "clock", "pause"]);

/**
 * @param {keyof typeof PATHS} name
 * @param {number} [size] pixels
 */
export function icon(name, size = 20) {
  const stroke = { fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round" };
  const shapes = [svg("path", { d: PATHS[name], ...stroke })];
  if (CIRCLED.has(name)) {
    shapes.push(svg("circle", { cx: 10, cy: 10, r: 8, ...stroke }));
  }
  return svg("svg", { viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true", focusable: "false" }, ...shapes);
}
