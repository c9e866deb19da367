// The house rules, but for names: an element's classes and variables are those of Stripe's Appearance API.

import house from "../stylelint.config.js";

export default {
  ...house,
  rules: { ...house.rules, "selector-class-pattern": null, "custom-property-pattern": null },
};
