// Every static check of the browser's code, side by side: `npm run check`. Ends with an error if one of them does.
//
// html-validate's rules about empty headings, labels and landmarks are off: what fills them comes from js/, and axe looks at it there.

import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const site = join(root, "static_site");
const stripe = join(root, "local", "fake_stripe");
const bin = (name) => join(here, "node_modules", ".bin", name);

const checks = [
  ["types of the site, endive", [bin("tsc"), "-p", "site/tsconfig.endive.json"]],
  ["types of the site, clover", [bin("tsc"), "-p", "site/tsconfig.clover.json"]],
  ["types of the Stripe.js stand-in, endive", [bin("tsc"), "-p", "stripe_js/tsconfig.endive.json"]],
  ["types of the Stripe.js stand-in, clover", [bin("tsc"), "-p", "stripe_js/tsconfig.clover.json"]],
  ["types of Stripe's console", [bin("tsc"), "-p", "stripe_js/tsconfig.console.json"]],
  ["eslint, site", [bin("eslint"), "--config", join(here, "eslint.config.js"), "--max-warnings", "0", "static_site"], root],
  [
    "eslint, Stripe's side",
    [
      bin("eslint"),
      ...["--config", join(here, "stripe_js", "eslint.config.js"), "--max-warnings", "0"],
      ...["local/fake_stripe/elements", "local/fake_stripe/console", "tests/e2e/elements/host"],
    ],
    root,
  ],
  ["stylelint, site", [bin("stylelint"), "--config", join(here, "stylelint.config.js"), "--max-warnings", "0", join(site, "css", "*.css")]],
  [
    "stylelint, Stripe's side",
    [bin("stylelint"), "--config", "stripe_js/stylelint.config.js", "--max-warnings", "0", join(stripe, "{elements,console}", "**", "*.css")],
  ],
  [
    "html-validate",
    [
      bin("html-validate"),
      ...["--config", join(here, ".htmlvalidate.json"), "--max-warnings", "0"],
      ...[site, join(stripe, "elements"), join(stripe, "console")],
    ],
  ],
];

/** @returns {Promise<boolean>} whether the check found nothing */
function run([name, [command, ...parameters], cwd = here]) {
  return new Promise((resolve) => {
    let said = "";
    const child = spawn(command, parameters, { cwd });
    child.stdout.on("data", (chunk) => (said += chunk));
    child.stderr.on("data", (chunk) => (said += chunk));
    child.on("error", (error) => (said += error.message));
    child.on("close", (code) => {
      console.log(`${code === 0 ? "ok" : "FAILED"}  ${name}`);
      if (code !== 0) {
        console.log(said);
      }
      resolve(code === 0);
    });
  });
}

const results = await Promise.all(checks.map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
