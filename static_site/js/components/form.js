/**
 * Forms: checked on submit in our own words, errors beside their fields, focus on the first one.
 *
 * A field is `.field` with a label, an `.input` and a `.field__error` that the input names in `aria-describedby`.
 */

import { fillWords, t } from "../i18n/index.js";
import { errorMessage } from "../errors.js";
import { h, replace } from "../dom.js";
import { whileBusy } from "./buttons.js";
import { notice } from "./notice.js";

/** @typedef {(values: Record<string, string>, form: HTMLFormElement) => Promise<unknown>} Submit */

/**
 * @param {HTMLFormElement} form with a `.form__result` for errors that belong to no field
 * @param {Submit} submit throws `ServiceError` to have it shown
 */
export function handleForm(form, submit) {
  form.noValidate = true;
  const submitter = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  const result = /** @type {HTMLElement} */ (form.querySelector(".form__result"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    replace(result);
    if (!checkFields(form)) {
      return;
    }
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    void whileBusy(submitter, async () => {
      try {
        await submit(values, form);
      } catch (error) {
        console.error(error);
        replace(result, notice({ tone: "danger", text: errorMessage(error), testid: "form-error" }));
      }
    });
  });
  form.addEventListener("input", (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.getAttribute("aria-invalid") === "true" && !problem(input)) {
      show(input, null);
    }
  });
}

/** @param {HTMLFormElement} form */
function checkFields(form) {
  /** @type {HTMLInputElement | null} */
  let first = null;
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(".input"))) {
    const trouble = problem(input);
    show(input, trouble);
    first ??= trouble ? input : null;
  }
  first?.focus();
  return first === null;
}

/**
 * @param {HTMLInputElement} input
 * @returns {string | null}
 */
function problem(input) {
  const { validity } = input;
  if (validity.valueMissing || (input.required && !input.value.trim())) {
    return t(input.autocomplete === "one-time-code" ? "fields.code" : "fields.required");
  }
  if (validity.typeMismatch) {
    return t("fields.email");
  }
  // Counted here: browsers apply `minlength` only to what was typed, not to what a script or a password manager filled in.
  if (input.minLength > 0 && input.value.length < input.minLength) {
    return t("fields.tooShort", { count: input.minLength });
  }
  return null;
}

/**
 * @param {HTMLInputElement} input
 * @param {string | null} trouble
 */
function show(input, trouble) {
  const place = input.closest(".field")?.querySelector(".field__error");
  if (place) {
    place.textContent = trouble ?? "";
  }
  if (trouble) {
    input.setAttribute("aria-invalid", "true");
  } else {
    input.removeAttribute("aria-invalid");
  }
}

/** The field for a code that came by e-mail. */
export function codeField() {
  return h(
    "div",
    { class: "field" },
    h("label", { for: "code", "data-t": "auth.code" }, t("auth.code")),
    h("input", {
      class: "input input--code",
      id: "code",
      name: "code",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      maxlength: 12,
      "aria-describedby": "code-error",
      required: true,
    }),
    h("p", { class: "field__error", id: "code-error" }),
  );
}

/**
 * Gives a password field a button that shows what was typed.
 *
 * @param {HTMLInputElement} input
 */
export function revealable(input) {
  const toggle = h("button", { type: "button", class: "button", "aria-pressed": "false", "aria-controls": input.id });
  const update = () => {
    const shown = input.type === "text";
    toggle.dataset.t = shown ? "auth.hide" : "auth.show";
    toggle.dataset.tAttrs = shown ? "aria-label:auth.hideLabel" : "aria-label:auth.showLabel";
    toggle.setAttribute("aria-pressed", String(shown));
    fillWords(/** @type {HTMLElement} */ (toggle.parentElement));
  };
  toggle.addEventListener("click", () => {
    input.type = input.type === "text" ? "password" : "text";
    update();
  });
  const pair = h("div", { class: "with-button" });
  input.replaceWith(pair);
  pair.append(input, toggle);
  update();
}
