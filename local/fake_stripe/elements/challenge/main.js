/**
 * The bank's part of a payment: a dialog over the whole page that completes or fails the authentication of one intent. stripe.js shows
 * the frame and takes it away again; the intent's secret comes over the channel, never in an address.
 */

import { Api, StripeApiError } from "../shared/api.js";
import { acceptConnections } from "../shared/channel.js";
import { language, t, useLocale } from "../shared/messages.js";

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const buttons = /** @type {HTMLButtonElement[]} */ ([byId("complete"), byId("fail")]);
const [completeButton, failButton] = buttons;

byId("alone").hidden = window.parent !== window;

acceptConnections({
  /** @param {{publishableKey: string, apiVersion?: string, locale: string, scheme: 'light' | 'dark', id: string, clientSecret: string}} options */
  challenge(options, connect) {
    const api = new Api(options.publishableKey, options.apiVersion);
    const page = connect({});
    useLocale(options.locale);
    write(options.scheme);

    /** @param {'succeed' | 'fail'} outcome */
    async function answer(outcome) {
      const collection = options.id.startsWith("seti_") ? "setup_intents" : "payment_intents";
      for (const button of buttons) {
        button.disabled = true;
      }
      try {
        await api.post(`/v1/${collection}/${options.id}/authenticate`, { client_secret: options.clientSecret, outcome });
        page.tell("done");
      } catch (error) {
        if (!(error instanceof StripeApiError)) {
          throw error;
        }
        byId("error").textContent = error.error.type === "api_connection_error" ? t("challengeError") : error.message;
        byId("error").hidden = false;
        for (const button of buttons) {
          button.disabled = false;
        }
        completeButton.focus();
      }
    }
    completeButton.addEventListener("click", () => answer("succeed"));
    failButton.addEventListener("click", () => answer("fail"));
  },
});

/** @param {'light' | 'dark'} scheme of the page behind */
function write(scheme) {
  const root = document.documentElement;
  root.lang = language();
  root.dataset.scheme = scheme;
  byId("bank").textContent = t("bank");
  byId("title").textContent = t("challengeTitle");
  byId("text").textContent = t("challengeText");
  byId("standIn").textContent = t("standIn");
  completeButton.textContent = t("challengeComplete");
  failButton.textContent = t("challengeFail");
  /** @type {HTMLElement} */ (document.querySelector(".dialog")).hidden = false;
  completeButton.focus();
}

// The page behind must not be reached by Tab while the dialog is open.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Tab") {
    return;
  }
  event.preventDefault();
  (document.activeElement === completeButton ? failButton : completeButton).focus();
});
