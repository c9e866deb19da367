/** The customer that registration creates at Stripe: made once, and made sure of before a checkout. */

import { createCustomer } from "./api.js";
import { signedInEmail } from "./session.js";
import { tab } from "./storage.js";

const NAME = "recur.customerName";
const KNOWN = "recur.customerKnown";

/**
 * Keeps a name until the customer can be created with it, which is after the e-mail was confirmed.
 *
 * @param {string} email whose name it is: by then somebody else may have signed in
 * @param {string} name
 */
export function rememberName(email, name) {
  tab.set(NAME, JSON.stringify([email.toLowerCase(), name]));
}

/** Safe to call at any time: the API answers the same customer however often it is asked. */
export async function ensureCustomer() {
  if (tab.get(KNOWN)) {
    return;
  }
  const [email, name] = JSON.parse(tab.get(NAME) ?? "[]");
  const isTheirs = email !== undefined && email === (await signedInEmail()).toLowerCase();
  await createCustomer(isTheirs ? { name } : {});
  tab.set(KNOWN, "yes");
  tab.remove(NAME);
}
