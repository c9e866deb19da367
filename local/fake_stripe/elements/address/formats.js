/**
 * Which parts an address has, country by country, in the order people there write them. Countries that are not listed get the plain
 * form: city and, if they like, region and postal code.
 */

/** @typedef {'line1' | 'line2' | 'city' | 'state' | 'postal_code'} Part */

/**
 * @typedef {object} Format
 * @property {Part[]} parts after the two street lines
 * @property {'city' | 'suburb' | 'postTown'} city label
 * @property {'state' | 'province' | 'region'} state label
 * @property {'zip' | 'postalCode' | 'postcode'} postalCode label
 * @property {string[]} [states] codes or names to choose from
 * @property {Part[]} optional
 */

const US_STATES = (
  "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX " +
  "UT VT VA WA WV WI WY"
).split(" ");
const CANADIAN_PROVINCES = "AB BC MB NB NL NS NT NU ON PE QC SK YT".split(" ");
const AUSTRALIAN_STATES = "ACT NSW NT QLD SA TAS VIC WA".split(" ");

/** @type {Format} */
const PLAIN = {
  parts: ["city", "state", "postal_code"],
  city: "city",
  state: "region",
  postalCode: "postalCode",
  optional: ["state", "postal_code"],
};

/** @type {Format} postal code before the city, no region, as in most of the European Union */
const EUROPEAN = { parts: ["postal_code", "city"], city: "city", state: "region", postalCode: "postalCode", optional: [] };

/** @type {Record<string, Format>} */
const FORMATS = {
  US: { parts: ["city", "state", "postal_code"], city: "city", state: "state", postalCode: "zip", states: US_STATES, optional: [] },
  CA: {
    parts: ["city", "state", "postal_code"],
    city: "city",
    state: "province",
    postalCode: "postalCode",
    states: CANADIAN_PROVINCES,
    optional: [],
  },
  AU: {
    parts: ["city", "state", "postal_code"],
    city: "suburb",
    state: "state",
    postalCode: "postcode",
    states: AUSTRALIAN_STATES,
    optional: [],
  },
  GB: { parts: ["city", "postal_code"], city: "postTown", state: "region", postalCode: "postcode", optional: [] },
  ...Object.fromEntries(
    "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(" ").map((code) => [code, EUROPEAN]),
  ),
};

/** @param {string} country @returns {Format} */
export const formatOf = (country) => FORMATS[country] ?? PLAIN;
