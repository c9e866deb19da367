/**
 * Stripe.js, loaded from where the configuration says (it may not be hosted by us), and Checkout with our own form.
 *
 * Two releases are spoken: `initCheckoutElementsSdk` (2026 on) and the guide's `initCheckout`. `stripe-release` is a name for the
 * types of whichever release is being checked against (tests/web/types).
 */

import { config } from "../config.js";
import { currentLanguage } from "../i18n/index.js";

/** @typedef {import("stripe-release").Stripe} Stripe */
/** @typedef {import("stripe-release").Checkout} Checkout */
/** @typedef {import("stripe-release").CheckoutOptions} CheckoutOptions */
/** @typedef {import("stripe-release").Actions} Actions */
/** @typedef {import("stripe-release").Session} Session */

/** Longer than a slow network needs, shorter than people wait. */
const LIMIT_MS = 20_000;

export class StripeUnavailable extends Error {}

/** @type {Promise<Stripe> | null} */
let loading = null;

/**
 * Loaded once a page; after a failure the next call tries again.
 *
 * @returns {Promise<Stripe>}
 * @throws {StripeUnavailable} when the script is blocked, or there is no network
 */
export function loadStripe() {
  loading ??= load();
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

async function load() {
  const { stripe } = await config();
  const script = document.createElement("script");
  script.src = stripe.scriptUrl;
  try {
    await new Promise((resolve, reject) => {
      script.addEventListener("load", resolve);
      script.addEventListener("error", reject);
      setTimeout(reject, LIMIT_MS);
      document.head.append(script);
    });
  } catch {
    script.remove();
    throw new StripeUnavailable(`${stripe.scriptUrl} could not be loaded`);
  }
  const { Stripe } = /** @type {{Stripe?: import("stripe-release").StripeConstructor}} */ (/** @type {unknown} */ (window));
  if (!Stripe) {
    throw new StripeUnavailable(`${stripe.scriptUrl} defines no Stripe`);
  }
  return Stripe(stripe.publishableKey, { locale: currentLanguage() === "fr" ? "fr" : "en" });
}

/**
 * @param {Stripe} stripe
 * @param {CheckoutOptions} options
 * @returns {Checkout}
 */
export function initCheckout(stripe, options) {
  const either = /** @type {Partial<Record<"initCheckoutElementsSdk" | "initCheckout", (options: CheckoutOptions) => Checkout>>} */ (
    /** @type {unknown} */ (stripe)
  );
  const init = either.initCheckoutElementsSdk ?? either.initCheckout;
  if (!init) {
    throw new StripeUnavailable("this Stripe.js has no Checkout for own forms");
  }
  return init.call(stripe, options);
}
