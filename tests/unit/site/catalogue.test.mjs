import assert from "node:assert/strict";
import { test } from "node:test";

import { costIn, currenciesOf, divisorOf, findPrice, hasMonthlyAndYearly, offers } from "../../../static_site/js/catalogue.js";

const price = (id, unitAmount, interval = "month", currencyOptions = undefined) => ({
  id,
  lookupKey: id,
  unitAmount,
  currency: "usd",
  minorUnitDivisor: 100,
  interval,
  intervalCount: 1,
  ...(currencyOptions && { currencyOptions }),
});
const plan = (name, ...prices) => ({ productId: name, name, features: [], prices });
const yen = { jpy: { unitAmount: 700, minorUnitDivisor: 1 } };
const catalogue = {
  currencies: ["usd", "jpy"],
  plans: [plan("Premium", price("premium", 1500, "month", yen), price("premium_year", 15000, "year")), plan("Basic", price("basic", 500))],
};

test("a price costs what its currency option says, with that currency's divisor", () => {
  const [premium] = catalogue.plans[0].prices;
  assert.deepEqual(costIn(premium, "usd"), { amount: 1500, currency: "usd", minorUnitDivisor: 100 });
  assert.deepEqual(costIn(premium, "jpy"), { amount: 700, currency: "jpy", minorUnitDivisor: 1 });
  assert.equal(costIn(premium, "eur"), null);
});

test("offers: cheapest first, only what the currency and the interval have", () => {
  const names = (currency, interval) => offers(catalogue, currency, interval).map(({ plan: { name }, price: { id } }) => `${name} ${id}`);
  assert.deepEqual(names("usd", "month"), ["Basic basic", "Premium premium"]);
  assert.deepEqual(names("usd", "year"), ["Premium premium_year"]);
  assert.deepEqual(names("jpy", null), ["Premium premium"]);
});

test("a choice of interval only where there is one", () => {
  assert.equal(hasMonthlyAndYearly(catalogue), true);
  assert.equal(hasMonthlyAndYearly({ currencies: ["usd"], plans: [plan("Basic", price("basic", 500))] }), false);
});

test("currencies in which something is sold", () => {
  assert.deepEqual(currenciesOf(catalogue), ["usd", "jpy"]);
  assert.deepEqual(currenciesOf({ ...catalogue, currencies: ["usd", "eur"] }), ["usd"]);
});

test("divisors and prices are found, or plainly not", () => {
  assert.equal(divisorOf(catalogue, "jpy"), 1);
  assert.equal(divisorOf(catalogue, "chf"), null);
  assert.equal(divisorOf(null, "usd"), null);
  assert.equal(findPrice(catalogue, ({ id }) => id === "basic").plan.name, "Basic");
  assert.equal(findPrice(null, () => true), null);
});
