/**
 * A labelled field with its error below, as the element frames use them. The field says what is wrong once the buyer leaves it, or when
 * the form is submitted; while it is being corrected the words go as soon as the value is right.
 */

import { t } from "./messages.js";

/** @typedef {Parameters<typeof t>[0]} MessageKey */

/**
 * What a value lacks: `incomplete` while more typing may mend it, `invalid` when it cannot.
 * @typedef {{kind: 'incomplete' | 'invalid', message: MessageKey} | null} Problem
 */

/**
 * @typedef {object} FieldOptions
 * @property {string} name also the id
 * @property {string} label
 * @property {string} [autocomplete] the HTML token, so that browsers and assistive technology know the purpose
 * @property {string} [placeholder]
 * @property {'numeric' | 'tel' | 'email' | 'text'} [inputMode]
 * @property {string} [hint] read out with the field
 * @property {boolean} [half] two of them share a row
 * @property {boolean} [optional]
 * @property {(text: string) => string} [format] how the text is laid out while it is typed; must keep the order of letters and digits
 * @property {(value: string) => Problem} [check]
 * @property {Array<[value: string, label: string]>} [choices] makes it a drop-down
 */

/** Letters and digits, which a format only spaces out: the caret stays behind the same one of them. */
const SIGNIFICANT = /[\p{L}\p{N}]/u;

export class Field {
  #refused = false;

  /** @param {FieldOptions} options */
  constructor(options) {
    this.options = options;
    this.input = options.choices ? document.createElement("select") : document.createElement("input");
    this.wrap = element("div", "InputWrap", this.input);
    this.label = Object.assign(element("label", "Label"), { htmlFor: options.name, textContent: options.label });
    this.errorText = Object.assign(element("p", "Error"), { id: `${options.name}-error`, hidden: true });
    this.errorText.setAttribute("role", "alert");
    this.root = element("div", options.half ? "Field Field--half" : "Field", this.label, this.wrap, this.errorText);
    if (options.hint) {
      const hint = Object.assign(element("span", "VisuallyHidden"), { id: `${options.name}-hint`, textContent: options.hint });
      this.root.append(hint);
    }
    /** @type {() => void} */
    this.onChange = () => {};
    this.#furnish();
    this.showError(null);
  }

  /** What was typed, without surrounding space. */
  get value() {
    return this.input.value.trim();
  }

  set value(text) {
    this.input.value = this.options.format?.(text) ?? text;
  }

  /** @returns {Problem} */
  get problem() {
    if (this.value === "") {
      return this.options.optional ? null : (this.options.check?.("") ?? { kind: "incomplete", message: "required" });
    }
    return this.options.check?.(this.value) ?? null;
  }

  /** Shows what is wrong, if anything is. @returns {boolean} whether the field is right */
  report() {
    this.#refused = false;
    const { problem } = this;
    this.showError(problem && t(problem.message));
    return problem === null;
  }

  /** Shows what the API or the bank had against the value; it stays until the value changes. @param {string} message */
  refuse(message) {
    this.#refused = true;
    this.showError(message);
    this.input.focus();
  }

  /** @param {string | null} message */
  showError(message) {
    this.errorText.textContent = message;
    this.errorText.hidden = message === null;
    this.input.classList.toggle("Input--invalid", message !== null);
    this.input.setAttribute("aria-invalid", String(message !== null));
    const described = [message !== null && this.errorText.id, this.options.hint && `${this.options.name}-hint`].filter(Boolean);
    if (described.length) {
      this.input.setAttribute("aria-describedby", described.join(" "));
    } else {
      this.input.removeAttribute("aria-describedby");
    }
  }

  clear() {
    this.#refused = false;
    if (!this.options.choices) {
      this.input.value = "";
    }
    this.showError(null);
  }

  #furnish() {
    const { input, options } = this;
    input.id = options.name;
    input.name = options.name;
    input.className = "Input";
    if (options.autocomplete) {
      input.setAttribute("autocomplete", options.autocomplete);
    }
    input.setAttribute("aria-required", String(!options.optional));
    if (input instanceof HTMLSelectElement) {
      input.classList.add("Select");
      input.append(...(options.choices ?? []).map(([value, label]) => new Option(label, value)));
      this.wrap.append(element("span", "SelectArrow"));
    } else {
      input.type = options.inputMode === "email" || options.inputMode === "tel" ? options.inputMode : "text";
      input.inputMode = options.inputMode ?? "text";
      input.placeholder = options.placeholder ?? "";
      input.spellcheck = false;
    }
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("blur", () => this.value !== "" && !this.#refused && this.report());
  }

  #typed() {
    const { input } = this;
    this.#refused = false;
    if (this.options.format && input instanceof HTMLInputElement) {
      const caret = input.selectionStart ?? input.value.length;
      const before = countSignificant(input.value.slice(0, caret));
      const atEnd = caret === input.value.length;
      input.value = this.options.format(input.value);
      const place = atEnd ? input.value.length : afterSignificant(input.value, before);
      if (document.activeElement === input) {
        input.setSelectionRange(place, place);
      }
    }
    const { problem } = this;
    const sure = problem?.kind === "invalid" && this.options.format !== undefined;
    const showing = !this.errorText.hidden && problem !== null && this.value !== "";
    this.showError(sure || showing ? t(/** @type {NonNullable<Problem>} */ (problem).message) : null);
    this.onChange();
  }
}

/** @param {string} text */
const countSignificant = (text) => [...text].filter((character) => SIGNIFICANT.test(character)).length;

/** @param {string} text @param {number} count @returns {number} the index behind that many letters and digits */
function afterSignificant(text, count) {
  let seen = 0;
  for (let index = 0; index < text.length; index++) {
    if (seen === count) {
      return index;
    }
    if (SIGNIFICANT.test(text[index])) {
      seen++;
    }
  }
  return text.length;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {Array<Node | string>} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className, ...children) {
  const node = Object.assign(document.createElement(tag), { className });
  node.append(...children);
  return node;
}
