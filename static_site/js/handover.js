/** An e-mail address on its way from one page to the sign-in form: through the tab's storage, not the URL, which lands in logs. */

import { tab } from "./storage.js";

const EMAIL = "recur.email";

/** @param {string} email */
export function handOverEmail(email) {
  tab.set(EMAIL, email);
}

/** @returns {string | null} the address, once */
export function takeEmail() {
  const email = tab.get(EMAIL);
  tab.remove(EMAIL);
  return email;
}
