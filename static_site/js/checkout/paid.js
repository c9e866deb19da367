/**
 * Remembers, for this tab, a checkout that was paid while the account does not show it yet: Stripe's webhook may take a moment, and a
 * Back button or a second click must lead to the payment that was made, not to a second one.
 */

import { tab } from "../storage.js";

const PAID = "recur.paidSession";

/** @param {string} sessionId */
export function rememberPaid(sessionId) {
  tab.set(PAID, sessionId);
}

export function paidSession() {
  return tab.get(PAID);
}

export function forgetPaid() {
  tab.remove(PAID);
}
