import assert from "node:assert/strict";
import { test } from "node:test";

import { poll } from "../../../static_site/js/polling.js";

test("asks until the answer will do", async () => {
  let asked = 0;
  const answer = await poll(async () => ++asked, (count) => count === 4, { firstMs: 1, limitMs: 60_000 });
  assert.equal(answer, 4);
});

test("gives up when the time is up, having asked at least once", async () => {
  let asked = 0;
  const answer = await poll(async () => ++asked, () => false, { firstMs: 1, limitMs: 0 });
  assert.equal(answer, null);
  assert.equal(asked, 1);
});

test("a failure is the caller's to handle", async () => {
  await assert.rejects(poll(() => Promise.reject(new Error("offline")), () => true, { limitMs: 1 }), /offline/);
});
