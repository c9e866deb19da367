/** What every page does around its own work: words, title, header, errors nobody caught, and the way to sign-in and back. */

import { renderChrome } from "./components/chrome.js";
import { ServiceError } from "./errors.js";
import { fillWords, onLanguageChange, t } from "./i18n/index.js";
import { pageUrl, thisPage } from "./navigation.js";
import { isSignedIn, onOtherTab } from "./session.js";

/**
 * @param {string} name of `titles.*`
 * @param {() => void} [draw] draws what the page made itself; called again when the language changes
 */
export function startPage(name, draw = () => {}) {
  const words = () => {
    document.title = t(`titles.${name}`);
    fillWords(document);
    renderChrome();
    draw();
  };
  words();
  onLanguageChange(words);
  onOtherTab(() => location.reload());
  // A page that comes back out of the browser's cache would show what was true before: ask again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      location.reload();
    }
  });
}

/** Leaves for the sign-in page, to come back here; never returns to this page by the Back button. */
export function goToSignIn() {
  location.replace(pageUrl("sign-in.html", { next: thisPage() }));
}

/**
 * For pages that belong to somebody: true if somebody is signed in, else on the way to sign-in.
 *
 * @returns {boolean}
 */
export function requireSignIn() {
  if (!isSignedIn()) {
    goToSignIn();
    return false;
  }
  return true;
}

/**
 * Handles a session that ended meanwhile.
 *
 * @param {unknown} error
 * @returns {boolean} true if that was it, and the page is being left
 */
export function leftForSignIn(error) {
  if (error instanceof ServiceError && error.code === "signed_out") {
    goToSignIn();
    return true;
  }
  return false;
}
