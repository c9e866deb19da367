/**
 * Amounts as people read them. The divisor from minor to major units is always the server's: `Intl` counts ISK, HUF and UGX without
 * decimals while Stripe counts them in hundredths, so it must never be inferred from the currency.
 */

/**
 * @typedef {object} Money
 * @property {number} amount in minor units; negative for a credit
 * @property {string} currency ISO 4217 code, in any case
 * @property {number} minorUnitDivisor how many minor units make one major unit (100 for USD, 1 for JPY)
 */

/**
 * @param {Money} money
 * @param {string} locale BCP 47 tag
 * @param {{short?: boolean}} [options] `short` drops the decimals of whole amounts ("$5")
 * @returns {string}
 */
export function formatMoney({ amount, currency, minorUnitDivisor }, locale, { short = false } = {}) {
  const digits = Math.ceil(Math.log10(minorUnitDivisor));
  const usual = new Intl.NumberFormat(locale, { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? digits;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: Math.min(usual, digits),
    maximumFractionDigits: digits,
    trailingZeroDisplay: short ? "stripIfInteger" : "auto",
  }).format(amount / minorUnitDivisor);
}
