/**
 * Countries by ISO 3166-1 code, named in the buyer's language by the browser, and which of them have a postal code a card is checked by.
 */

const CODES = (
  "AC AD AE AF AG AI AL AM AO AQ AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CD CF CG CH CI CK " +
  "CL CM CN CO CR CV CW CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU " +
  "GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD " +
  "ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PY QA " +
  "RE RO RS RU RW SA SB SC SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US " +
  "UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW"
).split(" ");

/**
 * @param {string} locale
 * @returns {Array<[code: string, name: string]>} sorted as that language sorts
 */
export function countries(locale) {
  const names = new Intl.DisplayNames(locale, { type: "region" });
  const { compare } = new Intl.Collator(locale);
  return CODES.map((code) => /** @type {[string, string]} */ ([code, names.of(code) ?? code])).sort(([, a], [, b]) => compare(a, b));
}

/**
 * Where the buyer probably is: the region of their browser's language. (The real one looks at the IP address.)
 * @returns {string}
 */
export function likelyCountry() {
  const regions = navigator.languages.map((language) => new Intl.Locale(language).region);
  return regions.find((region) => region && CODES.includes(region)) ?? "US";
}

/** @type {Record<string, {label: 'zip' | 'postalCode' | 'postcode', pattern: RegExp}>} countries whose banks check the postal code */
const CHECKED = {
  US: { label: "zip", pattern: /^\d{5}(-?\d{4})?$/ },
  PR: { label: "zip", pattern: /^\d{5}(-?\d{4})?$/ },
  CA: { label: "postalCode", pattern: /^[a-z]\d[a-z] ?\d[a-z]\d$/i },
  GB: { label: "postcode", pattern: /^[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}$/i },
};

/** @param {string} country @returns {{label: 'zip' | 'postalCode' | 'postcode', pattern: RegExp} | null} null: not asked for */
export const postalCheck = (country) => CHECKED[country] ?? null;
