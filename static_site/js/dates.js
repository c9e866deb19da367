/** Dates as people read them. Times are Unix seconds, as in the API; shown in the visitor's own time zone. */

const DAY = 86_400;

/**
 * @param {number} seconds
 * @param {string} locale BCP 47 tag
 * @returns {string} such as "14 December 2026"
 */
export function formatDate(seconds, locale) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "long" }).format(new Date(seconds * 1000));
}

/**
 * Whole days from now until then, counted up: later today is one day, the past is none.
 *
 * @param {number} seconds
 * @param {number} now
 */
export function daysUntil(seconds, now) {
  return Math.max(0, Math.ceil((seconds - now) / DAY));
}

/**
 * When a card stops working: the first second after its month, in UTC.
 *
 * @param {number} month 1 to 12
 * @param {number} year four digits
 */
export function cardExpiresAt(month, year) {
  return Date.UTC(year, month, 1) / 1000;
}

/**
 * The start of the billing period that ends at `end`. Months of different lengths follow the calendar: a month before 31 March is
 * the last day of February.
 *
 * @param {number} end
 * @param {string} interval `day`, `week`, `month` or `year`
 * @param {number} count
 */
export function periodStart(end, interval, count) {
  const date = new Date(end * 1000);
  if (interval === "day" || interval === "week") {
    return end - count * (interval === "week" ? 7 : 1) * DAY;
  }
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - count * (interval === "year" ? 12 : 1));
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.getTime() / 1000;
}

/** @returns {number} Unix seconds */
export function now() {
  return Math.floor(Date.now() / 1000);
}
