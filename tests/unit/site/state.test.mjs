import assert from "node:assert/strict";
import { test } from "node:test";

import { cardTrouble, isLive, nextStep, owes, possible, stateOf, toneOf } from "../../../static_site/js/account/state.js";
import en from "../../../static_site/js/i18n/en.js";

const sub = (status, more = {}) => ({ id: "sub_1", status, productId: "prod", priceId: "price", currentPeriodEnd: 2_000, ...more });

/** What the server may say, and the one state that is shown for it. */
const STATES = [
  [null, "none"],
  [undefined, "none"],
  [sub("active", { paymentStatus: "paid" }), "active"],
  [sub("active"), "active"],
  [sub("trialing", { trialEnd: 2_000 }), "trialing"],
  [sub("active", { cancelAt: 2_000 }), "ending"],
  [sub("trialing", { cancelAt: 2_000 }), "ending"],
  [sub("active", { paymentStatus: "processing" }), "processing"],
  [sub("active", { paymentStatus: "processing", cancelAt: 2_000 }), "processing"],
  [sub("active", { paymentStatus: "failed" }), "payment_failed"],
  [sub("active", { paymentStatus: "action_required" }), "action_required"],
  [sub("active", { pendingUpdate: { priceId: "price_2", expiresAt: 1_500 }, paymentStatus: "failed" }), "change_pending"],
  [sub("incomplete", { paymentStatus: "action_required" }), "action_required"],
  [sub("incomplete", { paymentStatus: "processing" }), "processing"],
  [sub("incomplete", { paymentStatus: "failed" }), "incomplete"],
  [sub("incomplete_expired"), "incomplete_expired"],
  [sub("past_due", { paymentStatus: "failed" }), "past_due"],
  [sub("past_due", { paymentStatus: "action_required" }), "action_required"],
  [sub("unpaid"), "unpaid"],
  [sub("paused"), "paused"],
  [sub("canceled", { cancelAt: 1_000 }), "canceled"],
  [sub("hibernating"), "unknown"],
];

for (const [subscription, expected] of STATES) {
  test(`${subscription?.status ?? "nothing"} ${Object.keys(subscription ?? {}).slice(5)} is shown as ${expected}`, () => {
    assert.equal(stateOf(subscription), expected);
  });
}

test("every state has a tone, a badge and a text", () => {
  for (const state of new Set(STATES.map(([, each]) => each))) {
    assert.ok(toneOf(state), state);
    assert.ok(en.account.states[state].badge, state);
    assert.ok(en.account.states[state].text, state);
  }
});

test("what ended can be subscribed to again, and nothing else can", () => {
  for (const [subscription, state] of STATES) {
    const ended = ["none", "canceled", "incomplete_expired"].includes(state);
    assert.equal(possible(subscription).subscribe, ended, state);
    if (subscription && state !== "unknown") {
      assert.equal(isLive(subscription), !ended, state);
    }
  }
});

test("a plan is changed only while nothing else is going on", () => {
  const changeable = STATES.filter(([subscription]) => possible(subscription).change).map(([, state]) => state);
  assert.deepEqual([...new Set(changeable)], ["active", "trialing"]);
});

test("what runs can be cancelled once, and kept after that", () => {
  assert.deepEqual(pick(sub("active")), { keep: false, cancel: true, cancelAtPeriodEnd: true });
  assert.deepEqual(pick(sub("active", { cancelAt: 2_000 })), { keep: true, cancel: false, cancelAtPeriodEnd: true });
  assert.deepEqual(pick(sub("past_due")), { keep: false, cancel: true, cancelAtPeriodEnd: false });
  assert.deepEqual(pick(sub("canceled", { cancelAt: 1_000 })), { keep: false, cancel: false, cancelAtPeriodEnd: false });
  assert.deepEqual(pick(sub("hibernating")), { keep: false, cancel: false, cancelAtPeriodEnd: false });
});

function pick(subscription) {
  const { keep, cancel, cancelAtPeriodEnd } = possible(subscription);
  return { keep, cancel, cancelAtPeriodEnd };
}

test("a card is warned about before the charge that it would miss", () => {
  const card = { id: "pm", type: "card", expMonth: 11, expYear: 2026 };
  const november = Date.UTC(2026, 10, 15) / 1000;
  const december = Date.UTC(2026, 11, 15) / 1000;
  assert.equal(cardTrouble(card, december, november), "expiring");
  assert.equal(cardTrouble(card, november + 60, november), null);
  assert.equal(cardTrouble(card, null, november), null);
  assert.equal(cardTrouble(card, null, december), "expired");
  assert.equal(cardTrouble({ id: "pm", type: "sepa_debit" }, december, november), null);
  assert.equal(cardTrouble(null, december, november), null);
});

const CARD = { id: "pm_1", type: "card" };

/** The state, whether a payment method is there, and the one step to take. */
const STEPS = [
  [null, false, "subscribe"],
  [sub("canceled"), true, "subscribe"],
  [sub("incomplete_expired"), true, "subscribe"],
  [sub("active"), true, null],
  [sub("active", { paymentStatus: "processing" }), true, null],
  [sub("active", { cancelAt: 2_000 }), true, "keep"],
  [sub("trialing"), true, null],
  [sub("trialing"), false, "add_method"],
  [sub("paused"), false, "add_method"],
  [sub("paused"), true, "resume"],
  [sub("active", { paymentStatus: "failed" }), true, "update_method"],
  [sub("past_due", { paymentStatus: "failed" }), true, "update_method"],
  [sub("past_due", { paymentStatus: "action_required" }), true, "confirm"],
  [sub("unpaid"), true, "update_method"],
  [sub("incomplete"), true, "pay"],
  [sub("incomplete", { paymentStatus: "action_required" }), true, "confirm"],
  [sub("active", { pendingUpdate: { priceId: "price_2", expiresAt: 1_500 }, paymentStatus: "failed" }), true, "pay"],
  [sub("active", { pendingUpdate: { priceId: "price_2", expiresAt: 1_500 }, paymentStatus: "action_required" }), true, "confirm"],
  [sub("hibernating"), true, "refresh"],
];

for (const [subscription, hasMethod, expected] of STEPS) {
  test(`${subscription?.status ?? "nothing"} ${Object.keys(subscription ?? {}).slice(5)} ${hasMethod} leads to ${expected}`, () => {
    assert.equal(nextStep(subscription, hasMethod ? CARD : null), expected);
  });
}

test("a new payment method pays what failed, and nothing that is on its way", () => {
  assert.ok(owes(sub("past_due", { paymentStatus: "failed" })));
  assert.ok(owes(sub("incomplete")));
  assert.ok(!owes(sub("active", { paymentStatus: "processing" })));
  assert.ok(!owes(sub("trialing")));
  assert.ok(!owes(null));
});
