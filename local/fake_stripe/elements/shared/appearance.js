/**
 * The Appearance API inside a frame: `theme` and `variables` become custom properties, `rules` a style sheet. Everything goes through
 * the CSSOM, value by value, so a rule can style what it names and nothing else.
 */

import { RENAMED, THEMES } from "./themes.js";

/**
 * @typedef {object} Appearance
 * @property {string} [theme] stripe | night | flat
 * @property {Record<string, string>} [variables]
 * @property {Record<string, Record<string, string>>} [rules]
 * @property {boolean} [disableAnimations]
 * @property {string} [labels]
 * @property {string} [inputs]
 */

/** Class names a rule's selector may start from, as the Appearance API lists them and as this stand-in's markup has them. */
const CLASSES = ["Block", "Input", "Label", "Error", "Tab", "TabIcon", "TabLabel", "TermsText", "AccordionItem"];
const STATES = ["selected", "invalid", "empty"];
const PSEUDO = ["hover", "focus", "focus-visible", "active", "disabled", ":placeholder", ":selection"];
const STEP = `\\.(?:${CLASSES.join("|")})(?:--(?:${STATES.join("|")}))?(?::(?:${PSEUDO.join("|")}))*`;
const SELECTOR = new RegExp(`^${STEP}(?: ${STEP})*$`);

const rulesSheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(rulesSheet);

/**
 * @param {Appearance} [appearance] replaces the one before as a whole
 * @returns {'light' | 'dark'} what the frame now looks like, so that the embedding page can give its iframe the same colour scheme
 */
export function applyAppearance(appearance = {}) {
  const { theme = "stripe", variables = {}, rules = {} } = appearance;
  if (!THEMES[theme]) {
    console.warn(`Stripe stand-in: appearance.theme "${theme}" is unknown; "stripe" is used.`);
  }
  if (appearance.labels === "floating") {
    console.warn('Stripe stand-in: appearance.labels "floating" is not supported.');
  }
  if (appearance.inputs === "condensed") {
    console.warn('Stripe stand-in: appearance.inputs "condensed" is not supported.');
  }
  const root = document.documentElement;
  const known = THEMES[theme] ?? THEMES.stripe;
  for (const [name, value] of Object.entries(known)) {
    root.style.setProperty(`--${name}`, value);
  }
  for (const [name, value] of Object.entries(variables)) {
    const current = RENAMED[name] ?? name;
    if (!(current in known)) {
      console.warn(`Stripe stand-in: appearance.variables.${name} has no effect here.`);
    } else if (isInert(value)) {
      root.style.setProperty(`--${current}`, value);
    }
  }
  root.dataset.theme = theme;
  root.classList.toggle("is-still", appearance.disableAnimations === true);
  writeRules(rules);
  root.style.colorScheme = colorScheme();
  return colorScheme();
}

/** @param {Record<string, Record<string, string>>} rules */
function writeRules(rules) {
  rulesSheet.replaceSync("");
  for (const [selector, properties] of Object.entries(rules)) {
    if (!SELECTOR.test(selector)) {
      console.warn(`Stripe stand-in: appearance.rules "${selector}" is not a supported selector.`);
      continue;
    }
    // As in element.css, a state weighs more than the plain class; at equal weight the later sheet, this one, wins.
    const weighted = selector.replaceAll(/\.(\w+)--/g, ".$1.$1--");
    const index = rulesSheet.insertRule(`${weighted} {}`, rulesSheet.cssRules.length);
    const { style } = /** @type {CSSStyleRule} */ (rulesSheet.cssRules[index]);
    for (const [name, value] of Object.entries(properties)) {
      if (isInert(value)) {
        style.setProperty(
          name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
          value,
        );
      }
    }
  }
}

/** A value that fetches something is refused: no theme needs one, and a frame with a card number must not call out. @param {string} value */
const isInert = (value) => !/url\(|image-set\(|@import/i.test(value);

/** Dark when the background is darker than the text on it. */
function colorScheme() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const luminance = (/** @type {string} */ variable) => {
    probe.style.color = `color-mix(in srgb, var(--${variable}) 100%, white 0%)`;
    const [red, green, blue] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const scheme = luminance("colorBackground") < luminance("colorText") ? "dark" : "light";
  probe.remove();
  return scheme;
}

/**
 * `loadFonts`: style sheets with font faces, or single font files.
 * @param {Array<{cssSrc: string} | {family: string, src: string, weight?: string, style?: string, display?: string}>} fonts
 */
export function loadFonts(fonts) {
  for (const font of fonts) {
    if ("cssSrc" in font) {
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: font.cssSrc }));
    } else {
      const { family, src, weight, style, display } = font;
      const face = new FontFace(family, src, { weight, style, display: /** @type {FontDisplay} */ (display) });
      document.fonts.add(face);
      face.load().catch(() => console.warn(`Stripe stand-in: the font ${family} could not be loaded.`));
    }
  }
}
