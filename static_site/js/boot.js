/*
 * Runs before the first paint, beside the style sheet: sets the page's language and starts loading its words.
 * A classic script, because a module would come too late for the `lang` attribute.
 */
(() => {
  const supported = ["en", "fr"];
  let chosen = null;
  try {
    chosen = localStorage.getItem("recur.language");
  } catch {
    // Storage may be blocked; the browser's own languages decide then.
  }
  const language = [chosen, ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => supported.includes(tag ?? ""));
  document.documentElement.lang = language ?? "en";

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const words = document.createElement("link");
  words.rel = "modulepreload";
  words.href = new URL(`i18n/${document.documentElement.lang}.js`, script.src).href;
  document.head.append(words);
})();
