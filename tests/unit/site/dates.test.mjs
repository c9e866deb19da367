import assert from "node:assert/strict";
import { test } from "node:test";

import { cardExpiresAt, daysUntil, formatDate, periodStart } from "../../../static_site/js/dates.js";

const at = (iso) => Date.parse(`${iso}Z`) / 1000;

test("dates in the visitor's language", () => {
  assert.equal(formatDate(at("2026-12-15T12:00:00"), "en-US"), "December 15, 2026");
  assert.equal(formatDate(at("2026-12-15T12:00:00"), "en-GB"), "15 December 2026");
  assert.equal(formatDate(at("2026-12-15T12:00:00"), "fr-FR"), "15 décembre 2026");
});

test("days left are counted up, and never negative", () => {
  assert.equal(daysUntil(1000 + 86_400, 1000), 1);
  assert.equal(daysUntil(1000 + 86_401, 1000), 2);
  assert.equal(daysUntil(1001, 1000), 1);
  assert.equal(daysUntil(1000, 1000), 0);
  assert.equal(daysUntil(500, 1000), 0);
});

test("a card is good to the end of its month", () => {
  assert.equal(cardExpiresAt(11, 2026), at("2026-12-01T00:00:00"));
  assert.equal(cardExpiresAt(12, 2026), at("2027-01-01T00:00:00"));
});

test("a period begins one interval earlier, by the calendar", () => {
  assert.equal(periodStart(at("2026-12-15T10:30:00"), "month", 1), at("2026-11-15T10:30:00"));
  assert.equal(periodStart(at("2026-03-31T10:30:00"), "month", 1), at("2026-02-28T10:30:00"));
  assert.equal(periodStart(at("2028-02-29T10:30:00"), "year", 1), at("2027-02-28T10:30:00"));
  assert.equal(periodStart(at("2026-01-10T00:00:00"), "month", 3), at("2025-10-10T00:00:00"));
  assert.equal(periodStart(at("2026-01-10T00:00:00"), "week", 2), at("2025-12-27T00:00:00"));
  assert.equal(periodStart(at("2026-01-10T00:00:00"), "day", 1), at("2026-01-09T00:00:00"));
});
