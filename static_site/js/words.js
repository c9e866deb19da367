/** Formatting in the visitor's language: money, dates, intervals, names of features. The pure parts are money.js and dates.js. */

import { formatDate } from "./dates.js";
import { hasWords, locale, t } from "./i18n/index.js";
import { formatMoney } from "./money.js";

/**
 * @param {import("./money.js").Money} amount
 * @param {{short?: boolean}} [options]
 */
export const money = (amount, options) => formatMoney(amount, locale(), options);

/** @param {number} seconds Unix time */
export const date = (seconds) => formatDate(seconds, locale());

/**
 * @param {{interval: string, intervalCount: number}} recurring
 * @returns {string} such as "per month" or "every 3 months"
 */
export const every = ({ interval, intervalCount }) => t(`interval.every.${interval}`, { count: intervalCount });

/**
 * @param {import("./money.js").Money} amount
 * @param {{interval: string, intervalCount: number}} recurring
 * @returns {string} such as "$5 per month"
 */
export const amountEvery = (amount, recurring) => t("interval.amountEvery", { amount: money(amount, { short: true }), every: every(recurring) });

/**
 * A feature's name: ours where the site knows it, else its lookup key made readable.
 *
 * @param {string} lookupKey
 */
export function featureName(lookupKey) {
  if (hasWords(`features.${lookupKey}`)) {
    return t(`features.${lookupKey}`);
  }
  const words = lookupKey.replaceAll(/[_-]+/g, " ").trim();
  return words.charAt(0).toLocaleUpperCase(locale()) + words.slice(1);
}
