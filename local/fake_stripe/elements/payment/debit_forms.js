/** The tabs of the two bank debits: SEPA (an IBAN, euros) and BECS (a BSB and an account, Australian dollars). */

import { element, Field } from "../shared/field.js";
import { t } from "../shared/messages.js";
import { digitsOf } from "./card_number.js";
import { checkIban, compactIban, formatIban } from "./iban.js";
import { billingDetails, MethodForm } from "./method_form.js";

/** Stripe's test bank; any other BSB is taken by its form alone, since the register of branches is not public. */
const TEST_BSB = "000000";

/** @param {string} value @returns {import('../shared/field.js').Problem} */
export function checkEmail(value) {
  if (/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value)) {
    return null;
  }
  return value === "" ? { kind: "incomplete", message: "emailIncomplete" } : { kind: "invalid", message: "emailInvalid" };
}

/** @param {string} prefix of the field's name, since both tabs live in one document */
const nameField = (prefix) => new Field({ name: `${prefix}-name`, label: t("fullName"), autocomplete: "name" });

/** @param {string} prefix @param {string | null} email */
function emailField(prefix, email) {
  const field = new Field({
    name: `${prefix}-email`,
    label: t("email"),
    placeholder: "you@example.com",
    autocomplete: "email",
    inputMode: "email",
    check: checkEmail,
  });
  field.value = email ?? "";
  return field;
}

class DebitForm extends MethodForm {
  /**
   * @param {string} type
   * @param {Field[]} account the fields that name the account
   * @param {string} mandate
   * @param {import('./method_form.js').MethodContext} context
   */
  constructor(type, account, mandate, context) {
    const name = nameField(type);
    const email = emailField(type, context.email);
    super(type, [...account, name, email], context.showTerms ? mandate : null);
    this.account = account;
    this.name = name;
    this.email = email;
  }

  get empty() {
    return this.account.every(({ value }) => value === "");
  }

  /** @param {any} extra @param {Record<string, string>} account */
  debitParams(extra, account) {
    return {
      type: this.type,
      [this.type]: account,
      billing_details: billingDetails({ ...extra, name: this.name.value, email: this.email.value }),
    };
  }
}

export class SepaForm extends DebitForm {
  /** @param {import('./method_form.js').MethodContext} context */
  constructor(context) {
    const iban = new Field({
      name: "iban",
      label: t("iban"),
      placeholder: "DE00 0000 0000 0000 0000 00",
      format: formatIban,
      check: checkIban,
    });
    super("sepa_debit", [iban], t("sepaMandate", { business: context.businessName }), context);
    this.iban = iban;
  }

  /** @param {any} extra */
  params(extra) {
    return this.debitParams(extra, { iban: compactIban(this.iban.value) });
  }
}

export class BecsForm extends DebitForm {
  #bank = element("p", "Hint");

  /** @param {import('./method_form.js').MethodContext} context */
  constructor(context) {
    const bsb = new Field({
      name: "bsb",
      label: t("bsb"),
      placeholder: "000-000",
      inputMode: "numeric",
      half: true,
      format: (text) =>
        digitsOf(text)
          .slice(0, 6)
          .replace(/^(\d{3})(?=\d)/, "$1-"),
      check: (value) => (digitsOf(value).length === 6 ? null : { kind: "incomplete", message: "bsbIncomplete" }),
    });
    const accountNumber = new Field({
      name: "accountNumber",
      label: t("accountNumber"),
      placeholder: "000123456",
      inputMode: "numeric",
      half: true,
      format: (text) => digitsOf(text).slice(0, 9),
      check: (value) => (value.length >= 5 ? null : { kind: "incomplete", message: "accountNumberIncomplete" }),
    });
    super("au_becs_debit", [bsb, accountNumber], t("becsMandate", { business: context.businessName }), context);
    this.bsb = bsb;
    this.accountNumber = accountNumber;
    bsb.root.append(this.#bank);
    this.#showBank();
  }

  /** @param {Field} field */
  changed(field) {
    if (field === this.bsb) {
      this.#showBank();
    }
    super.changed(field);
  }

  #showBank() {
    this.#bank.hidden = digitsOf(this.bsb.value) !== TEST_BSB;
    this.#bank.textContent = t("bsbTestBank");
  }

  /** @param {string | undefined} code @param {string | undefined} param */
  fieldFor(code = "", param = "") {
    return /account/.test(code) || /account/.test(param) ? this.accountNumber : this.bsb;
  }

  /** @param {any} extra */
  params(extra) {
    return this.debitParams(extra, { bsb_number: digitsOf(this.bsb.value), account_number: this.accountNumber.value });
  }
}
