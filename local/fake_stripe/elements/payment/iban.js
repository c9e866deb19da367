/** International bank account numbers (ISO 13616). Pure functions. */

/** @type {Record<string, number>} lengths in the countries of the SEPA zone, by the IBAN registry */
const LENGTHS = {
  AD: 24, AT: 20, BE: 16, BG: 22, CH: 21, CY: 28, CZ: 24, DE: 22, DK: 18, EE: 20, ES: 24, FI: 18, FR: 27, GB: 22, GI: 23, GR: 27,
  HR: 21, HU: 28, IE: 22, IS: 26, IT: 27, LI: 21, LT: 20, LU: 20, LV: 21, MC: 27, MT: 31, NL: 18, NO: 15, PL: 28, PT: 25, RO: 24,
  SE: 24, SI: 19, SK: 24, SM: 27, VA: 22,
};

/** @param {string} text */
export const compactIban = (text) => text.replaceAll(/[^a-z\d]/gi, "").toUpperCase();

/** `AT611904300234573201` → `AT61 1904 3002 3457 3201`. @param {string} text */
export const formatIban = (text) =>
  compactIban(text)
    .slice(0, 34)
    .replaceAll(/(.{4})(?=.)/g, "$1 ");

/** The remainder of the number modulo 97, letters counting 10 to 35; a right IBAN leaves 1. @param {string} iban */
function remainder(iban) {
  const turned = iban.slice(4) + iban.slice(0, 4);
  let rest = 0;
  for (const character of turned) {
    const value = parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** @param {string} text @returns {import('../shared/field.js').Problem} */
export function checkIban(text) {
  const iban = compactIban(text);
  if (iban.length >= 2 && !(iban.slice(0, 2) in LENGTHS)) {
    return { kind: "invalid", message: /^[A-Z]{2}/.test(iban) ? "ibanCountry" : "ibanInvalid" };
  }
  const length = LENGTHS[iban.slice(0, 2)];
  if (!length || iban.length < length) {
    return { kind: "incomplete", message: "ibanIncomplete" };
  }
  return iban.length === length && remainder(iban) === 1 ? null : { kind: "invalid", message: "ibanInvalid" };
}
