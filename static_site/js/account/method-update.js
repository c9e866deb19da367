/**
 * Another payment method, saved without leaving the account. Nothing is charged here.
 *
 * It stands in the page and not in a `<dialog>`: a modal dialog lies above everything, so the bank's challenge, which Stripe.js puts
 * into the body, could be neither seen nor used.
 */

import { createSetupSession, getAccount } from "../api.js";
import { appearance, darkScheme } from "../checkout/appearance.js";
import { initCheckout, loadStripe, StripeUnavailable } from "../checkout/stripe.js";
import { button } from "../components/buttons.js";
import { notice } from "../components/notice.js";
import { config, isTestMode } from "../config.js";
import { byId, h, replace } from "../dom.js";
import { errorMessage } from "../errors.js";
import { t } from "../i18n/index.js";
import { leftForSignIn } from "../page.js";
import { poll } from "../polling.js";

/** @typedef {import("../shapes.js").Account} Account */

/** A webhook makes the saved method the one that is charged, seconds later. */
const PATIENCE_MS = 40_000;

/**
 * Opens the form in `#method-update`, or leads to it if it is open.
 *
 * @param {string | undefined} before the id of the present payment method
 * @param {(account: Account | null) => Promise<void>} saved with the account that shows the new one; null when it did not show in time
 */
export async function openMethodUpdate(before, saved) {
  const place = byId("method-update");
  const opened = /** @type {HTMLElement | null} */ (place.querySelector("h2"));
  if (opened) {
    opened.focus();
    return;
  }
  const opener = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.testid : undefined;
  const heading = h("h2", { id: "method-update-title", tabindex: "-1", "data-t": "method.title" }, t("method.title"));
  const body = h("div", { class: "stack" });
  const close = () => {
    replace(place);
    /** @type {HTMLElement} */ (document.querySelector(`[data-testid="${opener}"]`) ?? byId("main")).focus();
  };
  replace(
    place,
    h(
      "section",
      { class: "card stack", "aria-labelledby": "method-update-title", "data-testid": "method-update" },
      h("div", {}, heading, h("p", { class: "muted", "data-t": "method.lead" }, t("method.lead"))),
      body,
    ),
  );
  heading.focus();
  place.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  await load();

  async function load() {
    const element = h("div", { id: "payment-element", "data-testid": "payment-element" });
    const waiting = h("div", {}, h("p", { class: "visually-hidden", role: "status" }, t("chrome.loading")), h("span", { class: "skeleton skeleton--block" }));
    const trouble = h("div", { class: "form__result" });
    const actions = h("div", { class: "row" }, button(t("method.cancel"), { press: close, testid: "method-cancel" }));
    replace(body, h("div", { class: "method-update__element" }, waiting, element), trouble, actions);
    try {
      const loading = loadStripe();
      loading.catch(() => undefined);
      const [{ clientSecret }, settings] = await Promise.all([createSetupSession(), config()]);
      const checkout = initCheckout(await loading, { clientSecret, elementsOptions: { appearance: appearance(), loader: "auto" } });
      const loaded = await checkout.loadActions();
      if (loaded.type === "error") {
        throw new StripeUnavailable(loaded.error.message);
      }
      if (!body.isConnected) {
        return;
      }
      if (isTestMode(settings)) {
        body.prepend(h("p", { class: "test-hint", "data-t": "method.testCard" }, t("method.testCard")));
      }
      darkScheme.addEventListener("change", () => checkout.changeAppearance(appearance()));
      const payment = checkout.createPaymentElement({ layout: "tabs" });
      const save = button(t("method.save"), { kind: "primary", testid: "save-method", press: () => submit(loaded.actions, trouble) });
      payment.on("ready", () => {
        waiting.remove();
        actions.prepend(save);
      });
      payment.on("loaderror", () => failed(new StripeUnavailable("the Payment Element could not be loaded")));
      payment.mount("#payment-element");
    } catch (error) {
      failed(error);
    }
  }

  /**
   * @param {import("../checkout/stripe.js").Actions} actions
   * @param {HTMLElement} trouble
   */
  async function submit(actions, trouble) {
    replace(trouble);
    try {
      const result = await actions.confirm({ redirect: "if_required" });
      if (result.type === "error") {
        replace(trouble, notice({ tone: "danger", text: result.error.message || t("checkout.incomplete"), testid: "method-error" }));
        return;
      }
    } catch (error) {
      // Whether it was saved is unknown: the account says.
      console.error(error);
    }
    const fresh = await poll(getAccount, ({ paymentMethod }) => (paymentMethod?.id ?? before) !== before, { limitMs: PATIENCE_MS }).catch(() => null);
    close();
    await saved(fresh);
  }

  /** @param {unknown} error */
  function failed(error) {
    console.error(error);
    if (leftForSignIn(error)) {
      return;
    }
    const [title, text] =
      error instanceof StripeUnavailable
        ? [t("checkout.noScriptTitle"), t("checkout.noScriptText")]
        : [t("method.failedTitle"), errorMessage(error)];
    const choices = [button(t("chrome.retry"), { kind: "primary", press: load, testid: "retry" }), button(t("method.cancel"), { press: close })];
    replace(body, notice({ tone: "danger", title, text, actions: choices }));
  }
}
