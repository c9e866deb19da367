/** Header and footer: the same on every page, following who is signed in and the language. */

import { config, isTestMode } from "../config.js";
import { byId, h, replace } from "../dom.js";
import { currentLanguage, LANGUAGES, setLanguage, t } from "../i18n/index.js";
import { PAGES, pageUrl, thisPage } from "../navigation.js";
import { isSignedIn, signOut } from "../session.js";
import { whileBusy } from "./buttons.js";

const PRIVACY = "https://stripe.com/privacy";

export function renderChrome() {
  renderNavigation();
  void renderFooter();
}

function renderNavigation() {
  const nav = byId("site-nav");
  nav.setAttribute("aria-label", t("chrome.nav"));
  const signedIn = isSignedIn();
  replace(
    nav,
    link("index.html", t("chrome.plans")),
    signedIn && link("account.html", t("chrome.account")),
    signedIn ? signOutButton() : link("sign-in.html", t("chrome.signIn")),
    languageButton(),
  );
}

/**
 * @param {string} page
 * @param {string} label
 */
function link(page, label) {
  const here = thisPage().split("?")[0];
  return h("a", { class: "site-nav__link", href: pageUrl(page), "aria-current": page === here && PAGES.includes(page) ? "page" : null }, label);
}

function signOutButton() {
  const button = h("button", { type: "button", class: "site-nav__link", "data-testid": "sign-out" }, t("chrome.signOut"));
  button.addEventListener("click", () => {
    void whileBusy(button, async () => {
      await signOut();
      location.assign(pageUrl("index.html"));
    });
  });
  return button;
}

function languageButton() {
  const other = LANGUAGES.find((name) => name !== currentLanguage()) ?? currentLanguage();
  return h(
    "button",
    {
      type: "button",
      class: "site-nav__link",
      lang: other,
      "aria-label": t("chrome.otherLanguageLabel"),
      "data-testid": "language-switch",
      onclick: () => void setLanguage(other),
    },
    t("chrome.otherLanguage"),
  );
}

async function renderFooter() {
  const footer = byId("site-footer");
  const draw = (/** @type {boolean} */ testMode) =>
    replace(
      footer,
      h(
        "p",
        {},
        `${t("chrome.stripe")} `,
        h("a", { href: PRIVACY, rel: "noreferrer" }, t("chrome.stripePrivacy"), h("span", { class: "visually-hidden" }, ` ${t("chrome.opensStripe")}`)),
      ),
      testMode && h("p", { class: "test-mode", "data-testid": "test-mode", title: t("chrome.testModeText") }, t("chrome.testMode")),
    );
  draw(false);
  const settings = await config().catch(() => null);
  if (settings) {
    draw(isTestMode(settings));
  }
}
