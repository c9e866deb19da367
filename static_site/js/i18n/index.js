/**
 * The words of the site, in the visitor's language.
 *
 * Every string lives once per language (en.js, fr.js). Pages name theirs by `data-t="key"` (text) and
 * `data-t-attrs="attribute:key …"`; modules call `t(key)`. The language was chosen by boot.js.
 */

import { device } from "../storage.js";

/** @typedef {string | {one: string, other: string}} Phrase */
/** @typedef {{[key: string]: Phrase | Words}} Words */

export const LANGUAGES = ["en", "fr"];

/** @type {Set<() => void>} */
const listeners = new Set();

let language = document.documentElement.lang || "en";
/** @type {Words} */
let words = await load(language);

/**
 * @param {string} name
 * @returns {Promise<Words>}
 */
async function load(name) {
  return (await import(`./${name}.js`)).default;
}

export function currentLanguage() {
  return language;
}

/** The visitor's own region of the chosen language (`en-AU`), for numbers and dates; else the language. */
export function locale() {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
}

/**
 * @param {string} key dotted path, such as `plans.title`
 * @returns {Phrase | undefined}
 */
function find(key) {
  /** @type {Phrase | Words | undefined} */
  let found = words;
  for (const part of key.split(".")) {
    found = typeof found === "object" ? /** @type {Words} */ (found)[part] : undefined;
  }
  return typeof found === "string" || (found && "one" in found) ? /** @type {Phrase} */ (found) : undefined;
}

/** @param {string} key */
export function hasWords(key) {
  return find(key) !== undefined;
}

/**
 * The phrase for a key, with `{name}` replaced by `values.name`; `values.count` picks the plural form.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const phrase = find(key);
  if (phrase === undefined) {
    throw new Error(`no words for ${key} in ${language}`);
  }
  const form =
    typeof phrase === "string"
      ? phrase
      : new Intl.PluralRules(language).select(Number(values.count)) === "one"
        ? phrase.one
        : phrase.other;
  return form.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * Fills every marked element below `root`.
 *
 * @param {ParentNode} root
 */
export function fillWords(root) {
  for (const element of root.querySelectorAll("[data-t]")) {
    element.textContent = t(element.getAttribute("data-t") ?? "");
  }
  for (const element of root.querySelectorAll("[data-t-attrs]")) {
    for (const pair of (element.getAttribute("data-t-attrs") ?? "").split(" ")) {
      const [attribute, key] = pair.split(":");
      element.setAttribute(attribute, t(key));
    }
  }
}

/** @param {string} name one of LANGUAGES */
export async function setLanguage(name) {
  words = await load(name);
  language = name;
  device.set("recur.language", name);
  document.documentElement.lang = name;
  for (const listener of listeners) {
    listener();
  }
}

/**
 * Calls back after the language changed, for what was not marked by `data-t`.
 *
 * @param {() => void} listener
 */
export function onLanguageChange(listener) {
  listeners.add(listener);
}
