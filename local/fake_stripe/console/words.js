/** How values are written: money, times, durations, statuses. */

const moneyFormats = new Map();

/** Currencies without minor units, as Stripe counts them. */
const ZERO_DECIMAL = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));

/** @param {number | null | undefined} minorUnits @param {string | null | undefined} currency */
export function money(minorUnits, currency) {
  if (minorUnits === null || minorUnits === undefined || !currency) {
    return "";
  }
  const digits = ZERO_DECIMAL.has(currency) ? 0 : 2;
  if (!moneyFormats.has(currency)) {
    const options = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
    moneyFormats.set(currency, new Intl.NumberFormat(undefined, /** @type {Intl.NumberFormatOptions} */ (options)));
  }
  return moneyFormats.get(currency).format(minorUnits / 10 ** digits);
}

const minuteFormat = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const dayFormat = new Intl.DateTimeFormat(undefined, {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});
const clockFormat = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** @param {number | null | undefined} seconds Unix time */
export const time = (seconds) => (seconds ? minuteFormat.format(seconds * 1000) : "");
const ofDayFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
/** For real time, which is mostly today's. @param {number | null | undefined} seconds Unix time */
export const timeOfDay = (seconds) => (seconds ? ofDayFormat.format(seconds * 1000) : "");
/** @param {number | null | undefined} seconds Unix time */
export const date = (seconds) => (seconds ? dayFormat.format(seconds * 1000) : "");
/** @param {number} seconds Unix time */
export const clockTime = (seconds) => clockFormat.format(seconds * 1000);

/** The two greatest units of a time span: `31 d 4 h`. @param {number} seconds */
export function span(seconds) {
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3_600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [Math.floor(seconds) % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount);
  return first < 0
    ? "0 s"
    : parts
        .slice(first, first + 2)
        .filter(([amount]) => amount)
        .map((part) => part.join(" "))
        .join(" ");
}

const GOOD = new Set("active paid succeeded complete delivered enabled available".split(" "));
const BAD = new Set(
  "past_due unpaid failed canceled expired incomplete_expired uncollectible void dropped requires_payment_method disabled".split(" "),
);

/** @param {string} status @returns {"good" | "bad" | "wait"} */
export const tone = (status) => (GOOD.has(status) ? "good" : BAD.has(status) ? "bad" : "wait");

/** `checkout.session` → `Checkout sessions`. @param {string} kind */
export function plural(kind) {
  const words = kind.replace(/^(entitlements|test_helpers)\./, "").replaceAll(/[._]/g, " ");
  const many = words === "invoiceitem" ? "invoice items" : words.endsWith("y") ? `${words.slice(0, -1)}ies` : `${words}s`;
  return many[0].toUpperCase() + many.slice(1);
}
