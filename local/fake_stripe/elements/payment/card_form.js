/** The card tab: number, date, security code, country and, where banks check it, postal code. */

import { countries, likelyCountry, postalCheck } from "../shared/countries.js";
import { element, Field } from "../shared/field.js";
import { t } from "../shared/messages.js";
import { brandOf, checkCardNumber, digitsOf, formatCardNumber } from "./card_number.js";
import { checkExpiry, formatExpiry, parseExpiry } from "./expiry.js";
import { billingDetails, MethodForm } from "./method_form.js";

/** Brands shown before the number tells its own. */
const SHOWN_BRANDS = ["visa", "mastercard", "amex", "discover"];

export class CardForm extends MethodForm {
  /** @param {import('./method_form.js').MethodContext} context */
  constructor(context) {
    const number = new Field({
      name: "number",
      label: t("cardNumber"),
      placeholder: "1234 1234 1234 1234",
      autocomplete: "cc-number",
      inputMode: "numeric",
      format: formatCardNumber,
      check: checkCardNumber,
    });
    const expiry = new Field({
      name: "expiry",
      label: t("expiry"),
      placeholder: t("expiryPlaceholder"),
      autocomplete: "cc-exp",
      inputMode: "numeric",
      half: true,
      format: formatExpiry,
      check: (value) => checkExpiry(value, new Date()),
    });
    const cvc = new Field({
      name: "cvc",
      label: t("cvc"),
      placeholder: t("cvcPlaceholder"),
      autocomplete: "cc-csc",
      inputMode: "numeric",
      hint: t("cvcHint", { n: 3 }),
      half: true,
      format: (text) => digitsOf(text).slice(0, brandOf(number.value).cvcLength),
      check: (value) => (value.length === brandOf(number.value).cvcLength ? null : { kind: "incomplete", message: "cvcIncomplete" }),
    });
    const country = new Field({
      name: "country",
      label: t("country"),
      autocomplete: "billing country",
      half: true,
      choices: countries(context.locale),
    });
    const postalCode = new Field({
      name: "postalCode",
      label: t("zip"),
      placeholder: "12345",
      autocomplete: "billing postal-code",
      half: true,
      check: (value) => {
        const rule = postalCheck(country.value);
        if (!rule || rule.pattern.test(value)) {
          return null;
        }
        return { kind: "incomplete", message: rule.label === "zip" ? "zipIncomplete" : "postalCodeIncomplete" };
      },
    });
    super(
      "card",
      [number, expiry, cvc, country, postalCode],
      context.showTerms ? t("cardTerms", { business: context.businessName }) : null,
    );
    this.number = number;
    this.expiry = expiry;
    this.cvc = cvc;
    this.country = country;
    this.postalCode = postalCode;
    this.collectAddress = context.collectAddress;
    this.#icons = element("span", "FieldIcons");
    number.wrap.append(this.#icons);
    number.input.classList.add("Input--withIcon");
    cvc.wrap.append(element("span", "FieldIcons", element("span", "CvcIcon")));
    cvc.input.classList.add("Input--withIcon");
    country.value = likelyCountry();
    this.#showBrand();
    this.#showAddress();
  }

  #icons;

  get empty() {
    return [this.number, this.expiry, this.cvc].every(({ value }) => value === "");
  }

  /** @param {boolean} collect */
  set addressFields(collect) {
    this.collectAddress = collect;
    this.#showAddress();
  }

  /** @param {Field} field */
  changed(field) {
    if (field === this.number) {
      this.#showBrand();
    }
    if (field === this.country) {
      this.#showAddress();
    }
    super.changed(field);
  }

  #showBrand() {
    const { id, name } = brandOf(this.number.value);
    const shown = id === "unknown" ? SHOWN_BRANDS : [id];
    this.#icons.classList.toggle("FieldIcons--choice", id === "unknown");
    this.#icons.replaceChildren(
      ...shown.map((brand) => Object.assign(new Image(), { src: `/elements/icons/${brand}.svg`, alt: shown.length === 1 ? name : "" })),
    );
  }

  #showAddress() {
    const rule = postalCheck(this.country.value);
    this.country.root.hidden = !this.collectAddress;
    this.postalCode.root.hidden = !this.collectAddress || !rule;
    this.country.root.classList.toggle("Field--half", rule !== null);
    if (rule && this.postalCode.input instanceof HTMLInputElement) {
      this.postalCode.label.textContent = t(rule.label);
      this.postalCode.input.placeholder = { zip: "12345", postalCode: "M5T 1T4", postcode: "WS11 1DB" }[rule.label];
    }
  }

  /** @param {string | undefined} code @param {string | undefined} param */
  fieldFor(code = "", param = "") {
    if (/expir/.test(code) || /exp_/.test(param)) {
      return this.expiry;
    }
    if (/cvc/.test(code) || /cvc/.test(param)) {
      return this.cvc;
    }
    if (/zip|postal/.test(code)) {
      return this.postalCode;
    }
    return this.number;
  }

  /** @param {any} extra */
  params(extra) {
    const date = parseExpiry(this.expiry.value);
    const own = this.collectAddress && {
      country: this.country.value,
      postal_code: this.postalCode.root.hidden ? undefined : this.postalCode.value,
    };
    return {
      type: "card",
      card: { number: digitsOf(this.number.value), exp_month: date?.month, exp_year: date?.year, cvc: this.cvc.value },
      billing_details: billingDetails({ ...extra, address: { ...extra.address, ...own } }),
    };
  }
}
