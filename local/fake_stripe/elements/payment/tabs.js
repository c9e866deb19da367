/** Tabs with roving focus, after the ARIA Authoring Practices: arrows move and choose, Home and End go to the ends. */

import { element } from "../shared/field.js";

/**
 * @param {Array<{type: string, label: string, panel: HTMLElement}>} entries at least one; a single one shows no tabs
 * @param {string} label what the tabs choose between
 * @param {(type: string) => void} onSelect called for every change, not for the first
 * @returns {{root: HTMLElement, select: (type: string) => void}}
 */
export function tabs(entries, label, onSelect) {
  const list = element("div", "TabList");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", label);
  list.hidden = entries.length < 2;

  const buttons = entries.map(({ type, label: name, panel }) => {
    const icon = element("span", type === "card" ? "TabIcon TabIcon--card" : "TabIcon");
    const button = element("button", "Tab", icon, element("span", "TabLabel", name));
    Object.assign(button, { type: "button", id: `${type}-tab` });
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", `${type}-panel`);
    button.addEventListener("click", () => choose(type));
    panel.id = `${type}-panel`;
    if (entries.length > 1) {
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
    }
    return button;
  });
  list.append(...buttons);

  /** @param {string} type */
  function select(type) {
    entries.forEach((entry, index) => {
      const selected = entry.type === type;
      entry.panel.hidden = !selected;
      buttons[index].classList.toggle("Tab--selected", selected);
      buttons[index].setAttribute("aria-selected", String(selected));
      buttons[index].tabIndex = selected ? 0 : -1;
    });
  }

  /** @param {string} type */
  function choose(type) {
    select(type);
    onSelect(type);
  }

  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const last = buttons.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) {
      return;
    }
    event.preventDefault();
    buttons[to].focus();
    choose(entries[to].type);
  });

  select(entries[0].type);
  return { root: element("div", "", list, ...entries.map(({ panel }) => panel)), select };
}
