/** @typedef {'payment' | 'billingAddress' | 'shippingAddress'} ElementKind */
/** @typedef {{complete: boolean, empty: boolean, value: any}} ElementState */

/**
 * What an Element needs of its Checkout object.
 * @typedef {object} ElementHost
 * @property {Settings} settings
 * @property {() => {appearance?: object, fonts: object[]}} style as it is when the Element is mounted
 * @property {() => Promise<object>} form what the frame has to know of the session; rejected when there is none
 * @property {(element: StripeElement) => void} changed called when the Element is mounted, changes or is unmounted
 * @property {(element: StripeElement) => void} destroyed
 */

/** One Element: a frame in the site's page, and its events. */
class StripeElement {
  /** @type {ElementState} */
  state = { complete: false, empty: true, value: null };
  /** @type {'light' | 'dark'} what the frame looks like */
  scheme = "light";

  /** @type {Map<string, Set<(event: any) => void>>} */
  #listeners = new Map();
  /** @type {HTMLElement | null} */
  #container = null;
  /** @type {HTMLIFrameElement | null} */
  #iframe = null;
  /** @type {PageChannel | null} */
  #channel = null;
  /** @type {Promise<void>} */
  #ready = new Promise(() => {});
  #destroyed = false;
  #host;
  #options;

  /**
   * @param {ElementKind} kind
   * @param {object} options as given to create…Element
   * @param {ElementHost} host
   */
  constructor(kind, options, host) {
    this.kind = kind;
    this.elementType = kind === "payment" ? /** @type {const} */ ("payment") : /** @type {const} */ ("address");
    this.#options = { ...options, ...(kind !== "payment" && { mode: kind === "billingAddress" ? "billing" : "shipping" }) };
    this.#host = host;
  }

  get mounted() {
    return this.#iframe !== null;
  }

  // ---- events

  /** @param {string} event @param {(event: any) => any} listener */
  on(event, listener) {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
    return this;
  }

  /** @param {string} event @param {(event: any) => any} listener */
  once(event, listener) {
    const first = (/** @type {any} */ detail) => {
      this.off(event, first);
      listener(detail);
    };
    return this.on(event, first);
  }

  /** @param {string} event @param {(event: any) => any} [listener] all of the event's by default */
  off(event, listener) {
    if (listener) {
      this.#listeners.get(event)?.delete(listener);
    } else {
      this.#listeners.delete(event);
    }
    return this;
  }

  /** @param {string} event @param {object} [detail] */
  #emit(event, detail) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      listener({ elementType: this.elementType, ...detail });
    }
  }

  // ---- in the page

  /** @param {string | HTMLElement} place */
  mount(place) {
    if (this.#destroyed) {
      throw new IntegrationError("This Element has already been destroyed. Please create a new one.");
    }
    const container = typeof place === "string" ? document.querySelector(place) : place;
    if (!(container instanceof HTMLElement)) {
      throw new IntegrationError(`There is no DOM element to mount on: ${place}.`);
    }
    if (container === this.#container) {
      return;
    }
    this.unmount();
    const iframe = createFrame(this.elementType, `Secure ${this.elementType} input frame`, {
      // Four pixels more on each side leave room for focus rings.
      width: "calc(100% + 8px)",
      margin: "-4px",
      height: "240px",
      colorScheme: "light",
    });
    this.#container = container;
    this.#iframe = iframe;
    const ready = inTime(this.#open(iframe));
    ready.catch((error) => iframe === this.#iframe && this.#emit("loaderror", { error: { type: "api_error", message: error.message } }));
    this.#ready = ready;
    container.replaceChildren(iframe);
    container.classList.add("StripeElement");
    for (const label of container.id ? document.querySelectorAll(`label[for="${CSS.escape(container.id)}"]`) : []) {
      label.addEventListener("click", () => this.focus());
    }
  }

  /** @param {HTMLIFrameElement} iframe about to be put into the page */
  async #open(iframe) {
    const channel = new PageChannel({
      loaderstart: () => this.#emit("loaderstart"),
      change: (/** @type {ElementState} */ state) => this.#changed(state, true),
      focus: () => this.#focused(true),
      blur: () => this.#focused(false),
      escape: () => this.#emit("escape"),
      height: (/** @type {number} */ height) => (iframe.style.height = `${height}px`),
      scheme: (/** @type {'light' | 'dark'} */ scheme) => (this.scheme = iframe.style.colorScheme = scheme),
    });
    this.#channel = channel;
    const { settings, style, form } = this.#host;
    channel.connect(await whenLoaded(iframe), "element", { ...settings, ...style(), options: this.#options });
    this.#changed(await channel.call("init", await form()), false);
    this.#emit("ready");
  }

  /** @param {ElementState} state @param {boolean} byBuyer */
  #changed(state, byBuyer) {
    this.state = state;
    this.#container?.classList.toggle("StripeElement--complete", state.complete);
    this.#container?.classList.toggle("StripeElement--empty", state.empty);
    if (byBuyer) {
      this.#emit("change", state);
    }
    this.#host.changed(this);
  }

  /** @param {boolean} focused */
  #focused(focused) {
    this.#container?.classList.toggle("StripeElement--focus", focused);
    this.#emit(focused ? "focus" : "blur");
  }

  unmount() {
    if (!this.#container) {
      return;
    }
    this.#container.classList.remove("StripeElement", "StripeElement--focus", "StripeElement--complete", "StripeElement--empty");
    this.#iframe?.remove();
    this.#iframe = this.#container = this.#channel = null;
    this.#host.changed(this);
  }

  destroy() {
    this.unmount();
    this.#destroyed = true;
    this.#host.destroyed(this);
  }

  // ---- in the frame

  /**
   * Asks the frame, once it is ready.
   * @param {string} name
   * @param {unknown[]} args
   * @returns {Promise<any>} rejected when the Element could not be loaded
   */
  async ask(name, ...args) {
    await this.#ready;
    return this.#channel?.call(name, ...args);
  }

  /** Lets the frame know, once it is ready. That it could not be loaded, `loaderror` has told. @param {string} name @param {unknown[]} args */
  tell(name, ...args) {
    this.ask(name, ...args).catch((error) => console.warn(`Stripe stand-in: ${name}: ${error.message}`));
  }

  /** @param {'appearance' | 'fonts'} name @param {unknown} value */
  restyle(name, value) {
    this.#channel?.tell(name, value);
  }

  focus() {
    this.#iframe?.focus();
    this.tell("focus");
  }

  blur() {
    this.tell("blur");
  }

  clear() {
    this.tell("clear");
  }

  /** @param {object} options */
  update(options) {
    this.tell("update", options);
    return this;
  }

  /** Address Elements only. */
  getValue() {
    return this.ask("value");
  }

  collapse = unsupported("element.collapse");
}
