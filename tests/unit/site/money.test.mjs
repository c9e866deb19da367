import assert from "node:assert/strict";
import { test } from "node:test";

import { formatMoney } from "../../../static_site/js/money.js";

// Intl separates with no-break spaces; which ones is its own affair.
const plain = (text) => text.replaceAll(/[\u00a0\u202f]/g, " ");
const shown = (amount, currency, minorUnitDivisor, locale, options) =>
  plain(formatMoney({ amount, currency, minorUnitDivisor }, locale, options));

test("the server's divisor decides, in the visitor's locale", () => {
  assert.equal(shown(1500, "usd", 100, "en-US"), "$15.00");
  assert.equal(shown(1500, "usd", 100, "fr-FR"), "15,00 $US");
  assert.equal(shown(1500, "eur", 100, "fr-FR"), "15,00 €");
  assert.equal(shown(800, "aud", 100, "en-AU"), "$8.00");
  assert.equal(shown(1500, "jpy", 1, "en-US"), "¥1,500");
  assert.equal(shown(1500, "kwd", 1000, "en-US"), "KWD 1.500");
});

test("currencies that Intl counts without decimals and Stripe in hundredths", () => {
  assert.equal(shown(150000, "isk", 100, "en-US"), "ISK 1,500");
  assert.equal(shown(150050, "huf", 100, "en-US"), "HUF 1,500.5");
  assert.equal(shown(150000, "ugx", 100, "en-US"), "UGX 1,500");
});

test("credits are negative", () => {
  assert.equal(shown(-383, "usd", 100, "en-US"), "-$3.83");
});

test("short drops the decimals of whole amounts only", () => {
  assert.equal(shown(500, "usd", 100, "en-US", { short: true }), "$5");
  assert.equal(shown(550, "usd", 100, "en-US", { short: true }), "$5.50");
  assert.equal(shown(500, "eur", 100, "fr-FR", { short: true }), "5 €");
});
