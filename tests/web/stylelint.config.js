export default {
  extends: "stylelint-config-standard",
  rules: {
    // Blocks and elements (`plan-card__price--total`), as everywhere on the site.
    "selector-class-pattern": "^[a-z]+(-[a-z]+)*(__[a-z]+(-[a-z]+)*)?(--[a-z]+)?$",
    // Tokens stand in groups.
    "custom-property-empty-line-before": null,
    // Components come in the order of the page, each with its states beside it.
    "no-descending-specificity": null,
    // Safari still needs these two.
    "property-no-vendor-prefix": [true, { ignoreProperties: ["font-smoothing", "text-size-adjust"] }],
  },
};
