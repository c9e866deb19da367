/** The customer that registration creates at Stripe: made once, and made sure of before a checkout. */

import { createCustomer } from "./api.js";
import { tab } from "./storage.js";

const NAME = "recur.customerName";
const KNOWN = "recur.customerKnown";

/** Keeps a name until the customer can be created with it, which is after the e-mail was confirmed. @param {string} name */
export function rememberName(name) {
  tab.set(NAME, name);
}

/** Safe to call at any time: the API answers the same customer however often it is asked. */
export async function ensureCustomer() {
  if (tab.get(KNOWN)) {
    return;
  }
  const name = tab.get(NAME);
  await createCustomer(name ? { name } : {});
  tab.set(KNOWN, "yes");
  tab.remove(NAME);
}
