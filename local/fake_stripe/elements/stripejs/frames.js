// The frames in the page: how they are made, the hidden controller, and the bank's challenge over everything.

let frameCount = 0;

/**
 * @param {'controller' | 'payment' | 'address' | 'challenge'} page under /elements/
 * @param {string} title for assistive technology
 * @param {Partial<CSSStyleDeclaration>} style
 */
function createFrame(page, title, style) {
  const iframe = document.createElement("iframe");
  Object.assign(iframe, { src: `${ORIGIN}/elements/${page}`, title, name: `__privateStripeFrame${++frameCount}` });
  Object.assign(iframe.style, { border: "0", display: "block", ...style });
  return iframe;
}

/** @param {HTMLIFrameElement} iframe @returns {Promise<Window>} */
const whenLoaded = (iframe) =>
  new Promise((resolve) => iframe.addEventListener("load", () => resolve(/** @type {Window} */ (iframe.contentWindow)), { once: true }));

/** @template T @param {Promise<T>} answer @returns {Promise<T>} */
const inTime = (answer) =>
  Promise.race([answer, new Promise((_, reject) => setTimeout(() => reject(new Error(`Stripe at ${ORIGIN} does not answer.`)), PATIENCE))]);

/**
 * Opens channels to the one controller frame of a Stripe object, which is made when the first is needed.
 * @param {Settings} settings
 * @returns {(kind: 'checkout' | 'intents', handlers: Handlers) => PageChannel}
 */
function controllerOf(settings) {
  /** @type {Promise<Window> | undefined} */
  let loading;
  function load() {
    const iframe = createFrame("controller", "Stripe controller", { display: "none" });
    iframe.setAttribute("aria-hidden", "true");
    iframe.tabIndex = -1;
    const loaded = whenLoaded(iframe);
    // A script in the head may come before there is a body.
    (document.body ?? document.documentElement).append(iframe);
    return loaded;
  }
  return (kind, handlers) => {
    const channel = new PageChannel(handlers);
    loading ??= load();
    loading.then((frame) => channel.connect(frame, kind, settings));
    return channel;
  };
}

/**
 * Shows the bank's challenge until the buyer has answered it; how it ended is the API's to tell.
 * @param {Settings} settings
 * @param {'light' | 'dark'} scheme of the page
 * @param {{id: string, clientSecret: string}} intent
 * @returns {Promise<void>}
 */
async function showChallenge(settings, scheme, intent) {
  const iframe = createFrame("challenge", "3D Secure authentication", {
    position: "fixed",
    inset: "0",
    width: "100%",
    height: "100%",
    zIndex: "2147483647",
    colorScheme: scheme,
  });
  const root = document.documentElement;
  const focused = document.activeElement;
  const { overflow } = root.style;
  const loaded = whenLoaded(iframe);
  root.style.overflow = "hidden";
  document.body.append(iframe);
  try {
    const frame = await loaded;
    await new Promise((resolve) => {
      const channel = new PageChannel({ done: () => resolve(undefined) });
      channel.connect(frame, "challenge", { ...settings, scheme, ...intent });
      iframe.focus();
    });
  } finally {
    iframe.remove();
    root.style.overflow = overflow;
    if (focused instanceof HTMLElement) {
      focused.focus();
    }
  }
}
