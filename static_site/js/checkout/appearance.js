/** The Payment Element dressed like the site: its colours are read from the style sheet, so there is one place to change them. */

/** @typedef {import("stripe-release").Appearance} Appearance */

/** The element lives in Stripe's origin, where our font file is not: the system's own comes nearest. */
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

export const darkScheme = matchMedia("(prefers-color-scheme: dark)");

/** @returns {Appearance} for the present colour scheme */
export function appearance() {
  const style = getComputedStyle(document.documentElement);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const border = `1px solid ${value("--line-strong")}`;
  return {
    theme: darkScheme.matches ? "night" : "stripe",
    labels: "above",
    variables: {
      colorPrimary: value("--accent"),
      colorBackground: value("--surface"),
      colorText: value("--ink"),
      colorTextSecondary: value("--ink-soft"),
      colorTextPlaceholder: value("--line-strong"),
      colorDanger: value("--danger"),
      fontFamily: FONT,
      fontSizeBase: "16px",
      borderRadius: value("--radius-m"),
      spacingUnit: "4px",
    },
    rules: {
      ".Input": { border, boxShadow: "none", padding: "11px 12px" },
      ".Input:focus": { border: `1px solid ${value("--accent")}`, boxShadow: `0 0 0 1px ${value("--accent")}`, outline: "none" },
      ".Input--invalid": { border: `1px solid ${value("--danger")}`, boxShadow: "none" },
      ".Label": { fontWeight: "600", color: value("--ink"), fontSize: "16px" },
      ".Tab": { border, boxShadow: "none" },
      ".Tab--selected": { border: `1px solid ${value("--accent")}`, boxShadow: `0 0 0 1px ${value("--accent")}` },
    },
  };
}
