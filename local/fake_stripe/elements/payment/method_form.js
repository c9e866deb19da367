/** What the forms of the payment methods have in common: a grid of fields, checked together. */

import { element } from "../shared/field.js";

/** @typedef {import('../shared/field.js').Field} Field */

/**
 * @typedef {object} MethodContext what a form may know
 * @property {string} locale
 * @property {string} businessName for the mandate
 * @property {string | null} email the session's
 * @property {boolean} collectAddress false when an Address Element on the same page asks for it
 * @property {boolean} showTerms
 */

export class MethodForm {
  /**
   * @param {string} type as the API names the payment method
   * @param {Field[]} fields
   * @param {string | null} terms
   */
  constructor(type, fields, terms) {
    this.type = type;
    this.fields = fields;
    this.terms = element("p", "TermsText", terms ?? "");
    this.terms.hidden = terms === null;
    this.root = element("div", "", element("div", "Grid", ...fields.map(({ root }) => root)), this.terms);
    /** @type {() => void} */
    this.onChange = () => {};
    for (const field of fields) {
      field.onChange = () => this.changed(field);
    }
  }

  /** Fields that are asked for at the moment. */
  get shown() {
    return this.fields.filter(({ root }) => !root.hidden);
  }

  get complete() {
    return this.shown.every(({ problem }) => problem === null);
  }

  /** @param {Field} _field the one that changed */
  changed(_field) {
    this.onChange();
  }

  /** Shows every error, and moves to the first. @returns {string | null} its message */
  report() {
    const wrong = this.shown.filter((field) => !field.report());
    wrong[0]?.input.focus();
    return wrong[0]?.errorText.textContent ?? null;
  }

  /**
   * An error that the API or the bank found.
   * @param {string | undefined} _code
   * @param {string | undefined} _param
   * @returns {Field} where it belongs
   */
  fieldFor(_code, _param) {
    return this.fields[0];
  }

  /**
   * @param {any} _extra billing details known from elsewhere on the page
   * @returns {Record<string, unknown>} parameters of `POST /v1/payment_methods`
   */
  params(_extra) {
    throw new Error(`${this.constructor.name} has no params()`);
  }
}

/**
 * Billing details as the API takes them; what is unknown is left out.
 * @param {{name?: string | null, email?: string | null, phone?: string | null, address?: Record<string, string | null | undefined>}} details
 */
export function billingDetails({ address, ...details }) {
  const known = (/** @type {Record<string, unknown>} */ entries) =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => value));
  return known({ ...details, address: address && known(address) });
}
