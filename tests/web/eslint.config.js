import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2025, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      curly: "error",
      eqeqeq: "error",
      "no-alert": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
          property,
          message: "Text goes in as text (js/dom.js), so that it can never become markup.",
        })),
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "CallExpression[callee.name=/^(h|svg)$/] > ObjectExpression > Property[key.name='style']", message: "The CSP forbids it." },
      ],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  { files: ["**/boot.js"], languageOptions: { sourceType: "script" } },
];
