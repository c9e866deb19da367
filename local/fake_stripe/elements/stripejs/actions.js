/** @typedef {import('@stripe/stripe-js').StripeCheckoutSession} Session */

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

/**
 * What `loadActions` gives a site: everything that changes or confirms the session. Results are made in the controller
 * (../controller/checkout.js) and typed where the page's types are known, at the end of the wire.
 * @param {PageChannel} core
 * @param {() => Session} getSession
 * @param {() => Promise<{none: boolean, errors: Array<{message: string, element: ElementKind}>}>} validate the mounted Elements
 */
function checkoutActions(core, getSession, validate) {
  /** @param {Record<string, unknown>} params of the API's payment page @returns {Promise<any>} */
  const update = (params) => core.call("update", params);

  return {
    getSession,

    /** @param {Record<string, any>} [args] @returns {Promise<any>} */
    async confirm(args = {}) {
      for (const name of ["expressCheckoutConfirmEvent", "formConfirmEvent", "paymentFormConfirmEvent", "onRequiresApproval"]) {
        if (args[name]) {
          unsupported(`confirm({${name}})`)();
        }
      }
      const { returnUrl, redirect = "always", email, phoneNumber, billingAddress, shippingAddress, paymentMethod } = args;
      const known = { returnUrl, redirect, email, phoneNumber, billingAddress, shippingAddress, paymentMethod };
      const { returnUrl: target, ...result } = await core.call("confirm", known);
      if (result.type === "error" || redirect === "if_required") {
        return result;
      }
      window.location.assign(target);
      return new Promise(() => {}); // never settled: the page is on its way out
    },

    /** @param {string | null} email @returns {Promise<any>} */
    async updateEmail(email) {
      if (email === null || EMAIL.test(email)) {
        return update({ email });
      }
      const error = email.includes("@")
        ? { code: "incompleteEmail", message: "Your email is incomplete." }
        : { code: "invalidEmail", message: "Your email is invalid." };
      return { type: "error", error };
    },

    /** @param {string | null} phoneNumber */
    updatePhoneNumber: (phoneNumber) => update({ phone_number: phoneNumber }),
    /** @param {object | null} contact */
    updateBillingAddress: (contact) => update({ billing_address: contact }),
    /** @param {object | null} contact */
    updateShippingAddress: (contact) => update({ shipping_address: contact }),
    /** @param {{lineItem: string, quantity: number}} args */
    updateLineItemQuantity: ({ lineItem, quantity }) => update({ line_item: { id: lineItem, quantity } }),
    /** @param {string} code */
    applyPromotionCode: (code) => update({ promotion_code: code }),
    removePromotionCode: () => update({ remove_promotion_code: true }),

    /** @param {() => Promise<unknown>} work changes the session on the site's own server @returns {Promise<any>} */
    async runServerUpdate(work) {
      try {
        await work();
      } catch (error) {
        return { type: "error", error: { message: error instanceof Error ? error.message : String(error), code: null } };
      }
      return core.call("refresh");
    },

    /** @returns {Promise<any>} */
    async validateElements() {
      const { none, errors } = await validate();
      if (!none && !errors.length) {
        return { type: "success", session: getSession() };
      }
      const [code, message] = none ? ["no_elements", "No Element is mounted."] : ["validation_error", errors[0].message];
      return { type: "error", error: { code, message, validation_errors: errors } };
    },

    updateIndividualName: unsupported("updateIndividualName"),
    updateBusinessName: unsupported("updateBusinessName"),
    updateTaxIdInfo: unsupported("updateTaxIdInfo"),
    updateShippingOption: unsupported("updateShippingOption"),
    addOptionalLineItem: unsupported("addOptionalLineItem"),
    removeOptionalLineItem: unsupported("removeOptionalLineItem"),
  };
}
