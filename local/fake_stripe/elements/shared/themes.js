/**
 * The three themes of the Appearance API as sets of variables. Names are those of `Appearance.variables` in `@stripe/stripe-js`;
 * element.css uses them as custom properties of the same name. What a theme leaves out, `stripe` gives.
 */

/** @typedef {Record<string, string>} Variables */

/** @type {Variables} */
const stripe = {
  fontFamily: '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontLineHeight: "1.2",
  fontSizeBase: "16px",
  fontSizeXl: "1.3125rem",
  fontSizeLg: "1.125rem",
  fontSizeSm: "0.9375rem",
  fontSizeXs: "0.8125rem",
  fontSize2Xs: "0.75rem",
  fontSize3Xs: "0.6875rem",
  fontWeightLight: "300",
  fontWeightNormal: "400",
  fontWeightMedium: "500",
  fontWeightBold: "600",
  spacingUnit: "4px",
  gridRowSpacing: "calc(var(--spacingUnit) * 4)",
  gridColumnSpacing: "calc(var(--spacingUnit) * 3)",
  tabSpacing: "calc(var(--spacingUnit) * 2)",
  accordionItemSpacing: "calc(var(--spacingUnit) * 2)",
  borderRadius: "5px",
  colorPrimary: "#0570de",
  colorBackground: "#ffffff",
  colorText: "#30313d",
  colorTextSecondary: "#6d6e78",
  colorTextPlaceholder: "#71727c",
  colorSuccess: "#30b130",
  colorDanger: "#df1b41",
  colorWarning: "#ab6a03",
  inputColorBorder: "#e6e6e6",
  inputBoxShadow: "0 1px 1px rgba(0, 0, 0, 0.03), 0 3px 6px rgba(0, 0, 0, 0.02)",
  inputFocusColorBorder: "color-mix(in srgb, var(--colorPrimary) 50%, transparent)",
  inputFocusBoxShadow: "0 1px 1px rgba(0, 0, 0, 0.03), 0 3px 6px rgba(0, 0, 0, 0.02), var(--focusBoxShadow)",
  focusBoxShadow: "0 0 0 3px color-mix(in srgb, var(--colorPrimary) 25%, transparent), 0 1px 1px 0 rgba(0, 0, 0, 0.08)",
  focusOutline: "2px solid transparent",
  labelFontSize: "var(--fontSizeSm)",
  labelFontWeight: "var(--fontWeightNormal)",
  labelColorText: "var(--colorText)",
  labelSpacing: "var(--spacingUnit)",
  iconColor: "var(--colorTextSecondary)",
  iconCardErrorColor: "var(--colorDanger)",
  iconChevronDownColor: "var(--iconColor)",
  tabIconColor: "var(--iconColor)",
  tabIconHoverColor: "var(--colorText)",
  tabIconSelectedColor: "var(--colorPrimary)",
};

/** @type {Record<string, Variables>} */
export const THEMES = {
  stripe,
  night: {
    ...stripe,
    colorPrimary: "#85d996",
    colorBackground: "#30313d",
    colorText: "#ffffff",
    colorTextSecondary: "#b3b4c0",
    colorTextPlaceholder: "#a6a7b4",
    colorDanger: "#fe87a1",
    colorWarning: "#f5c451",
    inputColorBorder: "#424353",
    inputBoxShadow: "0 2px 4px rgba(0, 0, 0, 0.5), 0 1px 6px rgba(0, 0, 0, 0.25)",
    inputFocusBoxShadow: "var(--inputBoxShadow), 0 0 0 1px var(--colorPrimary)",
    inputFocusColorBorder: "var(--colorPrimary)",
    focusBoxShadow: "0 0 0 2px color-mix(in srgb, var(--colorPrimary) 60%, transparent)",
  },
  flat: {
    ...stripe,
    colorPrimary: "#0460c4",
    colorBackground: "#f1f1f4",
    colorTextSecondary: "#62636d",
    colorTextPlaceholder: "#666770",
    colorDanger: "#c9143a",
    inputColorBorder: "transparent",
    inputBoxShadow: "0 0 transparent",
    inputFocusColorBorder: "transparent",
    inputFocusBoxShadow: "0 0 0 2px var(--colorPrimary)",
    focusBoxShadow: "0 0 0 2px var(--colorPrimary)",
    borderRadius: "6px",
  },
};

/** @type {Record<string, string>} names the Appearance API still takes but calls deprecated → today's */
export const RENAMED = {
  spacingGridRow: "gridRowSpacing",
  spacingGridColumn: "gridColumnSpacing",
  spacingTab: "tabSpacing",
  spacingAccordionItem: "accordionItemSpacing",
  colorIcon: "iconColor",
  colorIconCardError: "iconCardErrorColor",
  colorIconChevronDown: "iconChevronDownColor",
  colorIconTab: "tabIconColor",
  colorIconTabHover: "tabIconHoverColor",
  colorIconTabSelected: "tabIconSelectedColor",
};
