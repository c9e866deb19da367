/** Buttons that take one press at a time. */

import { h } from "../dom.js";

/**
 * @param {string} label
 * @param {object} options
 * @param {(button: HTMLButtonElement) => unknown} options.press when it returns a promise, the button is busy until that settles
 * @param {"primary" | "danger" | "quiet"} [options.kind]
 * @param {string} [options.testid]
 * @param {Record<string, unknown>} [options.props] further attributes
 */
export function button(label, { press, kind, testid, props = {} }) {
  const element = h(
    "button",
    { type: "button", class: kind ? `button button--${kind}` : "button", "data-testid": testid, ...props },
    label,
  );
  element.addEventListener("click", () => void whileBusy(element, async () => press(element)));
  return element;
}

/**
 * @param {string} label
 * @param {string} href
 * @param {{kind?: "primary" | "quiet", testid?: string}} [options]
 */
export function linkButton(label, href, { kind, testid } = {}) {
  return h("a", { class: kind ? `button button--${kind}` : "button", href, "data-testid": testid }, label);
}

/**
 * Runs a task with the button marked as busy; presses meanwhile do nothing. `aria-disabled` rather than `disabled`: a disabled button
 * loses the keyboard's focus.
 *
 * @param {HTMLElement} element
 * @param {() => Promise<unknown>} task
 */
export async function whileBusy(element, task) {
  if (element.getAttribute("aria-busy") === "true") {
    return;
  }
  element.setAttribute("aria-busy", "true");
  element.setAttribute("aria-disabled", "true");
  try {
    await task();
  } finally {
    element.removeAttribute("aria-busy");
    element.removeAttribute("aria-disabled");
  }
}
