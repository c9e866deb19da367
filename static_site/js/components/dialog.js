/** A modal dialog on the browser's own `<dialog>`: focus stays inside, Escape closes, focus returns to what opened it. */

import { h } from "../dom.js";

/**
 * @param {object} options
 * @param {string} options.title
 * @param {string} [options.testid]
 * @returns {{element: HTMLDialogElement, body: HTMLElement, close: () => void, lock: (locked: boolean) => void}} `lock` keeps it open
 *   while something is being carried out
 */
export function openDialog({ title, testid }) {
  const opener = /** @type {HTMLElement | null} */ (document.activeElement);
  let locked = false;
  const heading = h("h2", { id: "dialog-title", tabindex: "-1" }, title);
  const body = h("div", { class: "stack" });
  const element = h("dialog", { class: "dialog", "aria-labelledby": "dialog-title", "data-testid": testid }, h("div", { class: "stack" }, heading, body));
  element.addEventListener("cancel", (event) => {
    if (locked) {
      event.preventDefault();
    }
  });
  element.addEventListener("close", () => {
    element.remove();
    if (opener?.isConnected) {
      opener.focus();
    } else {
      document.getElementById("main")?.focus();
    }
  });
  document.body.append(element);
  element.showModal();
  heading.focus();
  return {
    element,
    body,
    close: () => element.close(),
    lock: (value) => {
      locked = value;
    },
  };
}
