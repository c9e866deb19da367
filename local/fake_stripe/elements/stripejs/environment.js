// First of the scripts that are served, joined, as /endive/stripe.js and /clover/stripe.js (see ../__init__.py). Like the real
// Stripe.js they make a thin layer: card numbers are typed into frames from the fake Stripe's own origin, which the embedding page cannot
// read, and a hidden controller frame speaks to the API. What runs in the page mounts the frames, passes messages, and gives sites the
// objects they know, checked against the types of `@stripe/stripe-js`. Styles are set only through the CSSOM, so that the page's
// Content-Security-Policy can be strict.

/** @typedef {{publishableKey: string, apiVersion?: string, locale: string, release: string}} Settings what every frame is told */
/** @typedef {Record<string, (...args: any[]) => unknown>} Handlers what a frame may call */

const { origin: ORIGIN, pathname: SCRIPT_PATH } = new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src);

/** `endive` or `clover`, as in the script's own address. */
const RELEASE = SCRIPT_PATH.split("/")[1];

/** Milliseconds after which a frame that says nothing counts as unreachable. */
const PATIENCE = 15_000;

/** The page calls Stripe.js in a way that cannot work; thrown at once, as the real one does. */
class IntegrationError extends Error {
  name = "IntegrationError";
}

/**
 * What this stand-in does not do says so when it is called, instead of seeming to work.
 * @param {string} name
 * @returns {() => never}
 */
const unsupported = (name) => () => {
  throw new IntegrationError(`${name} is not supported by this stand-in for Stripe.js.`);
};
