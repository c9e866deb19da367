/**
 * What a card number says about itself: brand, layout, length and check digit. Pure functions.
 *
 * Ranges and lengths are the issuers' published ones (ISO/IEC 7812); the check digit is Luhn's.
 */

/**
 * @typedef {object} Brand
 * @property {string} id as Stripe names it
 * @property {string} name
 * @property {RegExp} range of the first digits
 * @property {number[]} lengths
 * @property {number[]} groups digits between spaces
 * @property {number} cvcLength
 */

/** @type {Brand[]} in the order they are looked up */
const BRANDS = [
  { id: "visa", name: "Visa", range: /^4/, lengths: [16], groups: [4, 4, 4, 4], cvcLength: 3 },
  {
    id: "mastercard",
    name: "Mastercard",
    range: /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/,
    lengths: [16],
    groups: [4, 4, 4, 4],
    cvcLength: 3,
  },
  { id: "amex", name: "American Express", range: /^3[47]/, lengths: [15], groups: [4, 6, 5], cvcLength: 4 },
  { id: "diners", name: "Diners Club", range: /^36/, lengths: [14], groups: [4, 6, 4], cvcLength: 3 },
  { id: "diners", name: "Diners Club", range: /^3(0|[89])/, lengths: [16], groups: [4, 4, 4, 4], cvcLength: 3 },
  { id: "jcb", name: "JCB", range: /^35/, lengths: [16], groups: [4, 4, 4, 4], cvcLength: 3 },
  { id: "discover", name: "Discover", range: /^(6011|64[4-9]|65)/, lengths: [16], groups: [4, 4, 4, 4], cvcLength: 3 },
  { id: "unionpay", name: "UnionPay", range: /^(62|81)/, lengths: [16, 17, 18, 19], groups: [4, 4, 4, 4, 3], cvcLength: 3 },
];

/** @type {Brand} */
const UNKNOWN = { id: "unknown", name: "", range: /^/, lengths: [16], groups: [4, 4, 4, 4], cvcLength: 3 };

/** @param {string} text */
export const digitsOf = (text) => text.replaceAll(/\D/g, "");

/** @param {string} number @returns {Brand} */
export function brandOf(number) {
  const digits = digitsOf(number);
  return BRANDS.find(({ range }) => range.test(digits)) ?? UNKNOWN;
}

/** `4242424242424242` → `4242 4242 4242 4242`, as the brand prints it. @param {string} number */
export function formatCardNumber(number) {
  const { groups, lengths } = brandOf(number);
  let rest = digitsOf(number).slice(0, Math.max(...lengths));
  const parts = [];
  for (const size of groups) {
    if (rest) {
      parts.push(rest.slice(0, size));
    }
    rest = rest.slice(size);
  }
  return parts.join(" ");
}

/** @param {string} digits */
export function passesLuhn(digits) {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** @param {string} number @returns {import('../shared/field.js').Problem} */
export function checkCardNumber(number) {
  const digits = digitsOf(number);
  const { lengths } = brandOf(digits);
  if (lengths.includes(digits.length) && passesLuhn(digits)) {
    return null;
  }
  const full = digits.length >= Math.max(...lengths);
  return full ? { kind: "invalid", message: "cardNumberInvalid" } : { kind: "incomplete", message: "cardNumberIncomplete" };
}
