// The stand-in's global, held against the types of the package that goes with the real clover/stripe.js. Checked, never run.

/**
 * @typedef {Pick<import('@stripe/stripe-js').Stripe, 'initCheckout' | 'confirmCardPayment' | 'confirmCardSetup' | 'confirmPayment' |
 *   'confirmSetup' | 'handleNextAction' | 'retrievePaymentIntent' | 'retrieveSetupIntent' | 'registerAppInfo'>} Supported
 */

import { cloverSession } from "../../../local/fake_stripe/elements/controller/session.js";

const stripe = Stripe("pk_test_local");
if (!("initCheckout" in stripe)) throw new Error("clover has initCheckout");

/** @type {Supported} */
const supported = stripe;

/** @param {import('../../../local/fake_stripe/elements/shared/page.js').Page} page */
export function sessionHasTheShape(page) {
  /** @type {import('@stripe/stripe-js').StripeCheckoutSession} */
  const session = cloverSession(page, "en", true);
  return { session, supported };
}
