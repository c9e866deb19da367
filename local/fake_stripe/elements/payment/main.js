/**
 * The Payment Element. It makes the payment method itself, so that numbers leave this frame for the API only; the embedding page gets
 * an id, or the words to show.
 */

import { Api, StripeApiError } from "../shared/api.js";
import { element } from "../shared/field.js";
import { elementFrame } from "../shared/frame.js";
import { declineMessage, t } from "../shared/messages.js";
import { CardForm } from "./card_form.js";
import { BecsForm, SepaForm } from "./debit_forms.js";
import { tabs } from "./tabs.js";

/** @typedef {CardForm | SepaForm | BecsForm} Form */

/** @type {Record<string, {label: Parameters<typeof t>[0], form: new (context: import('./method_form.js').MethodContext) => Form}>} */
const METHODS = {
  card: { label: "card", form: CardForm },
  sepa_debit: { label: "sepaDebit", form: SepaForm },
  au_becs_debit: { label: "becsDebit", form: BecsForm },
};

/** Names in `options.terms` for each method. @type {Record<string, string>} */
const TERMS = { card: "card", sepa_debit: "sepaDebit", au_becs_debit: "auBecsDebit" };

class PaymentForm {
  /**
   * @param {any} session see controller/checkout.js `formOptions`
   * @param {import('../shared/frame.js').FrameOptions} frame
   */
  constructor(session, frame) {
    this.api = new Api(frame.publishableKey, frame.apiVersion);
    /** @type {() => void} */
    this.onChange = () => {};
    const { layout } = frame.options;
    if ((layout?.type ?? layout) === "accordion") {
      console.warn('Stripe stand-in: the layout "accordion" is not supported; tabs are shown.');
    }
    const order = frame.options.paymentMethodOrder ?? [];
    const rank = (/** @type {string} */ type) => (order.includes(type) ? order.indexOf(type) : order.length);
    /** @type {string[]} */
    const offered = session.paymentMethodTypes.filter((/** @type {string} */ type) => type in METHODS);
    const types = offered.sort((a, b) => rank(a) - rank(b));
    if (!types.length) {
      throw new Error(t("noMethod", { types: session.paymentMethodTypes.join(", ") }));
    }
    const business = frame.options.business?.name ?? session.businessName ?? t("thisBusiness");
    this.forms = types.map((type) => {
      const form = new METHODS[type].form({
        locale: frame.locale,
        businessName: business,
        email: session.email,
        collectAddress: session.collectAddress,
        showTerms: frame.options.terms?.[TERMS[type]] !== "never",
      });
      form.onChange = () => this.onChange();
      return form;
    });
    this.current = this.forms[0];
    const entries = this.forms.map(({ type, root }) => ({ type, label: t(METHODS[type].label), panel: root }));
    const chooser = tabs(entries, t("paymentMethod"), (type) => {
      this.current = this.forms.find((form) => form.type === type) ?? this.current;
      this.onChange();
    });
    this.root = element("div", "", chooser.root, element("p", "StandIn", t("standIn")));
    this.#setReadOnly(frame.options.readOnly === true);
  }

  state() {
    return { empty: this.current.empty, complete: this.current.complete, value: { type: this.current.type }, collapsed: false };
  }

  focus() {
    this.current.shown[0].input.focus();
  }

  clear() {
    for (const field of this.current.fields) {
      field.clear();
    }
    this.onChange();
  }

  /** @param {any} options what `element.update` was given */
  update({ readOnly }) {
    if (readOnly !== undefined) {
      this.#setReadOnly(readOnly);
    }
  }

  /** @param {boolean} readOnly */
  #setReadOnly(readOnly) {
    for (const { input } of this.forms.flatMap(({ fields }) => fields)) {
      input.disabled = readOnly;
    }
  }

  /** Shows what is missing, without sending anything. @returns {{error?: string}} */
  validate() {
    const message = this.current.report();
    return message === null ? {} : { error: message };
  }

  /**
   * @param {any} extra billing details known elsewhere on the page
   * @returns {Promise<{paymentMethod: string} | {error: string}>}
   */
  async submit(extra) {
    const { error: missing } = this.validate();
    if (missing) {
      return { error: missing };
    }
    try {
      const { id } = await this.api.post("/v1/payment_methods", this.current.params(extra));
      return { paymentMethod: id };
    } catch (error) {
      if (!(error instanceof StripeApiError)) {
        throw error;
      }
      const { type, code, decline_code: declineCode, param, message } = error.error;
      const words = declineMessage(code, declineCode) ?? message;
      if (type === "card_error" || param) {
        this.refused({ code, param, message: words });
      }
      return { error: words };
    }
  }

  /** The API or the bank said no: the words go where the buyer can mend it. @param {{code?: string, param?: string, message: string}} error */
  refused({ code, param, message }) {
    this.current.fieldFor(code, param).refuse(message);
  }

  handlers = {
    validate: () => this.validate(),
    refused: (/** @type {{code?: string, message: string}} */ error) => this.refused(error),
    collectAddress: (/** @type {boolean} */ collect) => {
      const card = this.forms.find((form) => form instanceof CardForm);
      if (!card || card.collectAddress === collect) {
        return;
      }
      card.addressFields = collect;
      this.onChange();
    },
  };
}

elementFrame((session, frame) => new PaymentForm(session, frame));
