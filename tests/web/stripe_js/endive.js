// The stand-in's global, held against the types of the package that goes with the real endive/stripe.js. Checked, never run.

/**
 * @typedef {Pick<import('@stripe/stripe-js').Stripe, 'initCheckoutElementsSdk' | 'confirmCardPayment' | 'confirmCardSetup' |
 *   'confirmPayment' | 'confirmSetup' | 'handleNextAction' | 'retrievePaymentIntent' | 'retrieveSetupIntent' | 'registerAppInfo'>} Supported
 */

const stripe = Stripe("pk_test_local");
if (!("initCheckoutElementsSdk" in stripe)) throw new Error("endive has initCheckoutElementsSdk");

/** @type {Supported} */
const supported = stripe;

/** @param {import('../../../local/fake_stripe/elements/shared/page.js').Page} page */
export function sessionHasTheShape(page) {
  /** @type {import('@stripe/stripe-js').StripeCheckoutSession} */
  const session = endiveSession(page, "en", true);
  return { session, supported };
}

import { endiveSession } from "../../../local/fake_stripe/elements/controller/session.js";
