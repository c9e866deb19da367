import assert from "node:assert/strict";
import { test } from "node:test";

import { ownPage, PAGES, pageUrl } from "../../../static_site/js/navigation.js";

const HERE = "https://recur.example/shop/sign-in.html?next=x";

test("our own pages, with their parameters", () => {
  for (const page of PAGES) {
    assert.equal(ownPage(page, HERE), page);
  }
  assert.equal(ownPage("checkout.html?plan=premium_monthly&currency=eur", HERE), "checkout.html?plan=premium_monthly&currency=eur");
  assert.equal(ownPage("https://recur.example/shop/account.html#top", HERE), "account.html#top");
});

test("nowhere else", () => {
  const elsewhere = [
    null,
    "",
    "https://evil.example/account.html",
    "//evil.example/account.html",
    "\\\\evil.example/account.html",
    "javascript:alert(1)",
    "data:text/html,hello",
    "/account.html",
    "../account.html",
    "https://recur.example/account.html",
    "https://recur.example.evil.example/shop/account.html",
    "https://recur.example@evil.example/shop/account.html",
    "unknown.html",
    "js/boot.js",
    "https://[",
  ];
  for (const next of elsewhere) {
    assert.equal(ownPage(next, HERE), null, String(next));
  }
});

test("parameters that are empty are left out", () => {
  assert.equal(pageUrl("index.html", { next: null, plan: "" }), "index.html");
  assert.equal(pageUrl("checkout.html", { plan: "a b", currency: "eur" }), "checkout.html?plan=a+b&currency=eur");
});
