/** @typedef {import('@stripe/stripe-js').Appearance} Appearance */
/** @typedef {import('@stripe/stripe-js').StripeCheckoutLoadActionsResult} LoadActionsResult */

/**
 * @typedef {object} CheckoutOptions
 * @property {string | Promise<string>} clientSecret of the Checkout Session
 * @property {{appearance?: Appearance, fonts?: object[], loader?: string}} [elementsOptions]
 * @property {{email?: string, phoneNumber?: string, billingAddress?: object, shippingAddress?: object}} [defaultValues]
 */

/**
 * The Checkout object: `initCheckout` in clover, `initCheckoutElementsSdk` in endive. Answers at once; the session loads meanwhile.
 * @param {Settings} settings
 * @param {ReturnType<typeof controllerOf>} openController
 * @param {CheckoutOptions} options
 */
function createCheckout(settings, openController, options) {
  if (!options?.clientSecret) {
    throw new IntegrationError("clientSecret must be a string, or a promise of one.");
  }
  let { appearance, fonts = [] } = options.elementsOptions ?? {};
  /** @type {Session} */
  let session;
  /** @type {Set<(session: Session) => void>} */
  const listeners = new Set();
  /** @type {Map<ElementKind, StripeElement>} */
  const elements = new Map();
  const mounted = () => [...elements.values()].filter((element) => element.mounted);
  const payment = () => elements.get("payment");

  const core = openController("checkout", {
    session(/** @type {Session} */ newSession) {
      session = newSession;
      for (const listener of listeners) {
        listener(session);
      }
    },
    submit,
    challenge: (/** @type {{id: string, clientSecret: string}} */ intent) => showChallenge(settings, payment()?.scheme ?? "light", intent),
    declined: (/** @type {object} */ error) => payment()?.mounted && payment()?.tell("refused", error),
  });

  /**
   * Has the Payment Element make the payment method.
   * @param {object} details billing details that are known already
   * @returns {Promise<{paymentMethod: string} | {error: string}>}
   */
  async function submit(details) {
    if (!payment()?.mounted) {
      return { error: "Mount a Payment Element before confirming, or give confirm a paymentMethod." };
    }
    const { errors } = await validate();
    if (errors.length) {
      return { error: errors[0].message };
    }
    const billing = elements.get("billingAddress");
    return payment()?.ask("submit", billing?.mounted ? { ...details, ...billing.state.value } : details);
  }

  /** Has every Element show its errors, the first of them last, so that it keeps the focus. */
  async function validate() {
    /** @type {Array<{message: string, element: ElementKind}>} */
    const errors = [];
    for (const element of mounted().reverse()) {
      const { error } = await element.ask("validate");
      if (error) {
        errors.unshift({ message: error, element: element.kind });
      }
    }
    return { none: mounted().length === 0, errors };
  }

  const loading = Promise.resolve(options.clientSecret)
    .then((secret) => inTime(core.call("load", secret)))
    .catch((error) => ({ type: "error", error: { message: String(error?.message ?? error), code: null } }));

  /** @type {Promise<LoadActionsResult>} */
  const actionsLoaded = loading.then(async (result) => {
    if (result.type === "error") {
      return result;
    }
    session = result.session;
    const actions = checkoutActions(core, () => session, validate);
    const { email, phoneNumber, billingAddress, shippingAddress } = options.defaultValues ?? {};
    if (email && !session.email) {
      await actions.updateEmail(email);
    }
    if (phoneNumber && !session.phoneNumber) {
      await actions.updatePhoneNumber(phoneNumber);
    }
    if (billingAddress && !session.billingAddress) {
      await actions.updateBillingAddress(billingAddress);
    }
    if (shippingAddress && !session.shippingAddress) {
      await actions.updateShippingAddress(shippingAddress);
    }
    return { type: "success", actions };
  });

  /** @type {ElementHost} */
  const host = {
    settings,
    style: () => ({ appearance, fonts }),
    async form() {
      const result = await loading;
      if (result.type === "error") {
        throw new Error(result.error.message);
      }
      return { ...result.form, collectAddress: !elements.get("billingAddress")?.mounted };
    },
    changed(element) {
      core.tell("completeness", Object.fromEntries(mounted().map(({ kind, state }) => [kind, state.complete])));
      if (element.kind === "billingAddress" && payment()?.mounted) {
        payment()?.tell("collectAddress", !element.mounted);
      }
      if (element.kind === "payment" || !element.mounted || !element.state.complete) {
        return;
      }
      const { name, address } = element.state.value;
      core.call("update", { [element.kind === "billingAddress" ? "billing_address" : "shipping_address"]: { name, address } });
    },
    destroyed: ({ kind }) => elements.delete(kind),
  };

  /** @param {ElementKind} kind */
  const create =
    (kind) =>
    (elementOptions = {}) => {
      if (elements.has(kind)) {
        throw new IntegrationError(`There is a ${kind} Element already; its get function returns it.`);
      }
      const element = new StripeElement(kind, elementOptions, host);
      elements.set(kind, element);
      return element;
    };

  /** @param {ElementKind} kind */
  const get = (kind) => () => elements.get(kind) ?? null;

  return {
    /** @param {'change'} event @param {(session: Session) => void} listener */
    on(event, listener) {
      if (event !== "change") {
        throw new IntegrationError(`The Checkout object has no event "${event}".`);
      }
      listeners.add(listener);
    },
    loadActions: () => actionsLoaded,

    /** @param {Appearance} newAppearance */
    changeAppearance(newAppearance) {
      appearance = newAppearance;
      for (const element of elements.values()) {
        element.restyle("appearance", appearance);
      }
    },
    /** @param {object[]} moreFonts */
    loadFonts(moreFonts) {
      fonts = [...fonts, ...moreFonts];
      for (const element of elements.values()) {
        element.restyle("fonts", moreFonts);
      }
    },

    createPaymentElement: create("payment"),
    createBillingAddressElement: create("billingAddress"),
    createShippingAddressElement: create("shippingAddress"),
    getPaymentElement: get("payment"),
    getBillingAddressElement: get("billingAddress"),
    getShippingAddressElement: get("shippingAddress"),

    createExpressCheckoutElement: unsupported("createExpressCheckoutElement"),
    createCurrencySelectorElement: unsupported("createCurrencySelectorElement"),
    createTaxIdElement: unsupported("createTaxIdElement"),
    createContactDetailsElement: unsupported("createContactDetailsElement"),
    createTermsElement: unsupported("createTermsElement"),
    createLinkSignupElement: unsupported("createLinkSignupElement"),
    createPaymentFormElement: unsupported("createPaymentFormElement"),
    getExpressCheckoutElement: () => null,
    getCurrencySelectorElement: () => null,
    getTaxIdElement: () => null,
    getContactDetailsElement: () => null,
    getTermsElement: () => null,
    getLinkSignupElement: () => null,
    getPaymentFormElement: () => null,
  };
}
