/** The Address Element, for billing and for shipping: name, address as the country writes it, and a phone number if the site asks. */

import { countries, likelyCountry, postalCheck } from "../shared/countries.js";
import { element, Field } from "../shared/field.js";
import { elementFrame } from "../shared/frame.js";
import { t } from "../shared/messages.js";
import { formatOf } from "./formats.js";

/** Milliseconds without typing after which the page hears of the address: it tells the API, which counts requests. */
const REST = 300;

/** HTML's autocomplete token of each part. */
const AUTOCOMPLETE = {
  line1: "address-line1",
  line2: "address-line2",
  city: "address-level2",
  state: "address-level1",
  postal_code: "postal-code",
};

class AddressForm {
  #grid = element("div", "Grid");
  #timer = 0;

  /**
   * @param {any} session see controller/checkout.js `formOptions`
   * @param {import('../shared/frame.js').FrameOptions} frame
   */
  constructor(session, frame) {
    /** @type {() => void} */
    this.onChange = () => {};
    this.mode = frame.options.mode;
    const { name: nameDisplay = "full" } = frame.options.display ?? {};
    const known = this.mode === "billing" ? session.billingAddress : session.shippingAddress;
    this.names = nameFields(nameDisplay, this.mode);
    this.country = this.#field("country", { label: t("countryOrRegion"), autocomplete: "country", choices: countries(frame.locale) });
    this.phone =
      frame.options.fields?.phone === "always" ? this.#field("phone", { label: t("phone"), autocomplete: "tel", inputMode: "tel" }) : null;
    this.names[0].value = known?.name ?? "";
    this.country.value = known?.address?.country ?? likelyCountry();
    /** @type {Record<string, Field>} */
    this.parts = {};
    this.#layOut(known?.address ?? {});
    for (const field of [...this.names, this.country, ...(this.phone ? [this.phone] : [])]) {
      field.onChange = () => this.#changed(field);
    }
    this.root = element("div", "", this.#grid);
  }

  /**
   * @param {string} name
   * @param {Omit<import('../shared/field.js').FieldOptions, 'name'>} options
   */
  #field(name, options) {
    return new Field({ ...options, name, autocomplete: `${this.mode} ${options.autocomplete}` });
  }

  /** The fields of the chosen country, keeping what was typed. @param {Record<string, string | null | undefined>} values */
  #layOut(values) {
    const format = formatOf(this.country.value);
    const labels = {
      line1: t("line1"),
      line2: t("line2"),
      city: t(format.city),
      state: t(format.state),
      postal_code: t(format.postalCode),
    };
    const order = /** @type {Array<import('./formats.js').Part>} */ (["line1", "line2", ...format.parts]);
    this.parts = Object.fromEntries(
      order.map((part) => {
        const field = this.#field(part, {
          label: labels[part],
          autocomplete: AUTOCOMPLETE[part],
          placeholder: { line1: t("line1Placeholder"), line2: t("line2Placeholder") }[/** @type {string} */ (part)],
          half: !["line1", "line2"].includes(part) && !(part === "city" && format.parts.length === 3),
          optional: part === "line2" || format.optional.includes(part),
          choices:
            part === "state" && format.states
              ? [["", t("choose")], ...format.states.map((code) => /** @type {[string, string]} */ ([code, code]))]
              : undefined,
          check: part === "postal_code" ? (value) => this.#checkPostalCode(value) : undefined,
        });
        field.value = values[part] ?? "";
        field.onChange = () => this.#changed(field);
        return [part, field];
      }),
    );
    this.#grid.replaceChildren(...this.fields.map(({ root }) => root));
  }

  /** @param {string} value @returns {import('../shared/field.js').Problem} */
  #checkPostalCode(value) {
    const rule = postalCheck(this.country.value);
    const optional = formatOf(this.country.value).optional.includes("postal_code");
    if (rule ? rule.pattern.test(value) : value || optional) {
      return null;
    }
    return { kind: "incomplete", message: rule?.label === "zip" ? "zipIncomplete" : "postalCodeIncomplete" };
  }

  get fields() {
    return [...this.names, this.country, ...Object.values(this.parts), ...(this.phone ? [this.phone] : [])];
  }

  /** @param {Field} field */
  #changed(field) {
    if (field === this.country) {
      this.#layOut(Object.fromEntries(Object.entries(this.parts).map(([part, { value }]) => [part, value])));
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.onChange(), REST);
  }

  state() {
    const value = (/** @type {string} */ part) => this.parts[part]?.value ?? "";
    const [first, last] = this.names.map(({ value: text }) => text);
    return {
      empty: [...this.names, ...Object.values(this.parts)].every((field) => field.value === ""),
      complete: this.fields.every(({ problem }) => problem === null),
      isNewAddress: true,
      value: {
        name: last === undefined ? first : `${first} ${last}`.trim(),
        ...(last !== undefined && { firstName: first, lastName: last }),
        address: {
          line1: value("line1"),
          line2: value("line2") || null,
          city: value("city"),
          state: value("state"),
          postal_code: value("postal_code"),
          country: this.country.value,
        },
        ...(this.phone && { phone: this.phone.value }),
      },
    };
  }

  focus() {
    this.fields[0].input.focus();
  }

  clear() {
    for (const field of this.fields) {
      field.clear();
    }
    this.onChange();
  }

  update() {
    throw new Error("This stand-in cannot update an Address Element: create it with the options it needs.");
  }

  /** Shows what is missing and moves to it. @returns {{error?: string}} */
  validate() {
    const wrong = this.fields.filter((field) => !field.report());
    wrong[0]?.input.focus();
    return wrong.length ? { error: wrong[0].errorText.textContent ?? "" } : {};
  }

  /** Nothing to send: the address goes with the payment method or the session. */
  async submit() {
    return this.validate();
  }

  handlers = {
    validate: () => this.validate(),
    value: () => {
      const { complete, isNewAddress, value } = this.state();
      this.validate();
      return { complete, isNewAddress, value };
    },
  };
}

/**
 * @param {string} display full | split | organization
 * @param {string} mode
 */
function nameFields(display, mode) {
  const make = (
    /** @type {string} */ name,
    /** @type {Parameters<typeof t>[0]} */ label,
    /** @type {string} */ autocomplete,
    half = false,
  ) => new Field({ name, label: t(label), autocomplete: `${mode} ${autocomplete}`, half });
  if (display === "split") {
    return [make("firstName", "firstName", "given-name", true), make("lastName", "lastName", "family-name", true)];
  }
  return display === "organization" ? [make("name", "organization", "organization")] : [make("name", "fullName", "name")];
}

elementFrame((session, frame) => new AddressForm(session, frame));
