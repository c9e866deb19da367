/** The catalogue as the pages need it: plans with one price each, in the chosen currency and for the chosen interval. */

/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Plan} Plan */
/** @typedef {import("./shapes.js").Price} Price */
/** @typedef {import("./money.js").Money} Money */

/**
 * What a price costs in a currency.
 *
 * @param {Price} price
 * @param {string} currency
 * @returns {Money | null} null when it is not sold in that currency
 */
export function costIn(price, currency) {
  if (price.currency === currency) {
    return { amount: price.unitAmount, currency, minorUnitDivisor: price.minorUnitDivisor };
  }
  const option = price.currencyOptions?.[currency];
  return option ? { amount: option.unitAmount, currency, minorUnitDivisor: option.minorUnitDivisor } : null;
}

/**
 * The currencies in which something is sold, the catalogue's own first.
 *
 * @param {Catalogue} catalogue
 * @returns {string[]}
 */
export function currenciesOf(catalogue) {
  const prices = catalogue.plans.flatMap((plan) => plan.prices);
  return catalogue.currencies.filter((currency) => prices.some((price) => costIn(price, currency) !== null));
}

/**
 * `month` and `year`, if plans are sold by both.
 *
 * @param {Catalogue} catalogue
 */
export function hasMonthlyAndYearly(catalogue) {
  const intervals = new Set(catalogue.plans.flatMap((plan) => plan.prices.map((price) => price.interval)));
  return intervals.has("month") && intervals.has("year");
}

/**
 * The plans on offer for a currency and, where there is a choice, an interval; cheapest first.
 *
 * @param {Catalogue} catalogue
 * @param {string} currency
 * @param {string | null} interval null: any
 * @returns {{plan: Plan, price: Price, cost: Money}[]}
 */
export function offers(catalogue, currency, interval) {
  return catalogue.plans
    .flatMap((plan) => {
      const price = plan.prices.find((each) => (interval === null || each.interval === interval) && costIn(each, currency));
      return price ? [{ plan, price, cost: /** @type {Money} */ (costIn(price, currency)) }] : [];
    })
    .sort((one, other) => one.cost.amount - other.cost.amount);
}

/**
 * @param {Catalogue | null} catalogue
 * @param {(price: Price) => boolean} wanted
 * @returns {{plan: Plan, price: Price} | null}
 */
export function findPrice(catalogue, wanted) {
  for (const plan of catalogue?.plans ?? []) {
    const price = plan.prices.find(wanted);
    if (price) {
      return { plan, price };
    }
  }
  return null;
}

/**
 * The server's divisor of a currency, taken from any price in it.
 *
 * @param {Catalogue | null} catalogue
 * @param {string} currency
 * @returns {number | null}
 */
export function divisorOf(catalogue, currency) {
  for (const price of catalogue?.plans.flatMap((plan) => plan.prices) ?? []) {
    const cost = costIn(price, currency);
    if (cost) {
      return cost.minorUnitDivisor;
    }
  }
  return null;
}
