/**
 * What every visible element frame does: takes its options from the embedding page, looks as it is told, and keeps the page informed
 * of its height, its focus and its value.
 */

import { applyAppearance, loadFonts } from "./appearance.js";
import { acceptConnections } from "./channel.js";
import { useLocale, language } from "./messages.js";

/** @typedef {import('./channel.js').Channel} Channel */
/** @typedef {import('./appearance.js').Appearance} Appearance */
/** @typedef {{publishableKey: string, apiVersion?: string, locale: string, appearance?: Appearance, fonts?: any[], options: any}} FrameOptions */

/**
 * What a frame's form does for stripe.js.
 * @typedef {object} ElementForm
 * @property {HTMLElement} root
 * @property {() => {empty: boolean, complete: boolean, value: unknown}} state
 * @property {() => void} onChange set by the frame: called after every change
 * @property {() => void} focus
 * @property {() => void} clear
 * @property {(extra: any) => Promise<unknown>} submit
 * @property {(options: any) => void} update
 * @property {import('./channel.js').Handlers} [handlers] more that the page may call
 */

/** @param {(form: any, options: FrameOptions) => ElementForm} build makes the form once the session is known */
export function elementFrame(build) {
  acceptConnections({
    element(/** @type {FrameOptions} */ options, connect) {
      useLocale(options.locale);
      document.documentElement.lang = language();
      /** @type {import('./channel.js').Handlers} */
      const handlers = {
        /** @param {any} session @returns the form's state; the element is ready */
        init(session) {
          const form = build(session, options);
          document.body.replaceChildren(form.root);
          let known = JSON.stringify(form.state());
          form.onChange = () => {
            const state = form.state();
            if (JSON.stringify(state) === known) {
              return;
            }
            known = JSON.stringify(state);
            page.tell("change", state);
          };
          Object.assign(handlers, form.handlers, {
            submit: form.submit.bind(form),
            focus: () => form.focus(),
            blur: () => /** @type {HTMLElement | null} */ (document.activeElement)?.blur(),
            clear: () => form.clear(),
            update: form.update.bind(form),
          });
          return form.state();
        },
        appearance: look,
        fonts: loadFonts,
      };
      const page = connect(handlers);
      /** @param {Appearance} [appearance] */
      function look(appearance) {
        page.tell("scheme", applyAppearance(appearance));
      }
      look(options.appearance);
      loadFonts(options.fonts ?? []);
      watch(page);
      page.tell("loaderstart");
    },
  });
}

/** @param {Channel} page */
function watch(page) {
  new ResizeObserver(() => page.tell("height", Math.ceil(document.body.getBoundingClientRect().height))).observe(document.body);
  window.addEventListener("focus", () => page.tell("focus"));
  window.addEventListener("blur", () => page.tell("blur"));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && page.tell("escape"));
}
