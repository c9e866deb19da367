/** The expiration date as it is typed: `MM / YY`. Pure functions. */

import { digitsOf } from "./card_number.js";

/** Cards are not issued for longer than this, so a later year is a slip. */
const LONGEST_YEARS = 50;

/**
 * Accepts what people and browsers type: `4` becomes `04`, `12/2034` becomes `12 / 34`.
 * @param {string} text
 */
export function formatExpiry(text) {
  let digits = digitsOf(text);
  if (/^[2-9]/.test(digits) || /^\s*\d\s*\//.test(text)) {
    digits = `0${digits}`;
  }
  const month = digits.slice(0, 2);
  const year = /^20\d\d$/.test(digits.slice(2)) ? digits.slice(4) : digits.slice(2, 4);
  if (year) {
    return `${month} / ${year}`;
  }
  // The slash comes with the second digit, so one backspace takes both: `12 / ` without its last space becomes `1`.
  if (month.length === 2) {
    return /^\d\d \/$/.test(text) ? month.slice(0, 1) : `${month} / `;
  }
  return month;
}

/** @param {string} text @returns {{month: number, year: number} | null} the year with its century, null while incomplete */
export function parseExpiry(text) {
  const digits = digitsOf(text);
  return digits.length === 4 ? { month: Number(digits.slice(0, 2)), year: 2000 + Number(digits.slice(2)) } : null;
}

/**
 * @param {string} text
 * @param {Date} today
 * @returns {import('../shared/field.js').Problem}
 */
export function checkExpiry(text, today) {
  const digits = digitsOf(text);
  if (digits.length >= 2 && (Number(digits.slice(0, 2)) < 1 || Number(digits.slice(0, 2)) > 12)) {
    return { kind: "invalid", message: "expiryMonthInvalid" };
  }
  const date = parseExpiry(text);
  if (!date) {
    return { kind: "incomplete", message: "expiryIncomplete" };
  }
  if (date.year < today.getFullYear()) {
    return { kind: "invalid", message: "expiryYearPast" };
  }
  if (date.year === today.getFullYear() && date.month < today.getMonth() + 1) {
    return { kind: "invalid", message: "expiryPast" };
  }
  if (date.year > today.getFullYear() + LONGEST_YEARS) {
    return { kind: "invalid", message: "expiryMonthInvalid" };
  }
  return null;
}
