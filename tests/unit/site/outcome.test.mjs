import assert from "node:assert/strict";
import { test } from "node:test";

import { accountOutcome, boughtSubscription, sessionOutcome } from "../../../static_site/js/checkout/outcome.js";

const sub = (status, more = {}) => ({ id: "sub_1", status, productId: "prod", priceId: "price", currentPeriodEnd: 2_000, ...more });
const account = (subscription, otherSubscriptions = []) => ({ subscription, otherSubscriptions, features: [] });
const paid = { status: "complete", paymentStatus: "paid", subscriptionId: "sub_1" };
const debited = { status: "complete", paymentStatus: "unpaid", subscriptionId: "sub_1" };

test("a session that is open was not paid", () => {
  assert.equal(sessionOutcome({ status: "open", paymentStatus: "unpaid" }), "failed");
  assert.equal(sessionOutcome({ status: "expired", paymentStatus: "unpaid" }), "expired");
  assert.equal(sessionOutcome(paid), "complete");
});

test("success only once the account agrees", () => {
  assert.equal(accountOutcome(paid, account(undefined)), "settling");
  assert.equal(accountOutcome(paid, account(sub("incomplete"))), "settling");
  assert.equal(accountOutcome(paid, account(sub("active", { paymentStatus: "processing" }))), "settling");
  assert.equal(accountOutcome(paid, account(sub("active"))), "done");
  assert.equal(accountOutcome(paid, account(sub("active", { paymentStatus: "paid" }))), "done");
});

test("an earlier subscription says nothing about this payment", () => {
  const old = sub("canceled", { id: "sub_0" });
  assert.equal(accountOutcome(paid, account(old)), "settling");
  assert.equal(boughtSubscription(paid, account(sub("active", { id: "sub_9" }), [sub("active")])).id, "sub_1");
});

test("a debit on its way is not a payment, though the subscription is active", () => {
  assert.equal(accountOutcome(debited, account(sub("active", { paymentStatus: "processing" }))), "processing");
  assert.equal(accountOutcome(debited, account(sub("active"))), "processing");
  assert.equal(accountOutcome(debited, account(sub("active", { paymentStatus: "paid" }))), "done");
  assert.equal(accountOutcome(debited, account(sub("active", { paymentStatus: "failed" }))), "debit_failed");
});

test("a trial has nothing to pay", () => {
  const free = { status: "complete", paymentStatus: "no_payment_required", subscriptionId: "sub_1" };
  assert.equal(accountOutcome(free, account(sub("trialing"))), "trial");
});

test("anything else is for the account page to explain", () => {
  for (const status of ["past_due", "unpaid", "paused", "canceled", "hibernating"]) {
    assert.equal(accountOutcome(paid, account(sub(status))), "see_account", status);
  }
});
