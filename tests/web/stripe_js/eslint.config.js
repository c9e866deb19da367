// The house rules of the site's own code, for the Stripe.js stand-in and for the page its tests put it on.

import house from "../eslint.config.js";

export default [
  ...house,
  { rules: { "no-unused-vars": ["error", { argsIgnorePattern: "^_" }] } },
  {
    // Classic scripts, joined when they are served: what one declares the next ones use. tsc knows; eslint sees each alone.
    files: ["**/stripejs/*.js"],
    languageOptions: { sourceType: "script" },
    rules: { "no-undef": "off", "no-unused-vars": "off" },
  },
  { files: ["**/host/*.js"], languageOptions: { globals: { Stripe: "readonly" } } },
];
