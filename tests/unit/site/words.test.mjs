import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import en from "../../../static_site/js/i18n/en.js";
import fr from "../../../static_site/js/i18n/fr.js";

const SITE = join(import.meta.dirname, "../../../static_site");
const isPlural = (value) => typeof value === "object" && "one" in value && "other" in value;

/** @returns {Map<string, string[]>} key to its phrases: one, or the plural forms */
function flat(words, prefix = "", into = new Map()) {
  for (const [name, value] of Object.entries(words)) {
    if (typeof value === "string" || isPlural(value)) {
      into.set(prefix + name, typeof value === "string" ? [value] : Object.values(value));
    } else {
      flat(value, `${prefix}${name}.`, into);
    }
  }
  return into;
}

const ENGLISH = flat(en);
const FRENCH = flat(fr);
const placeholders = (phrases) => [...new Set(phrases.flatMap((phrase) => phrase.match(/\{\w+\}/g) ?? []))].sort();

test("both languages have the same keys, forms and placeholders", () => {
  assert.deepEqual([...FRENCH.keys()].sort(), [...ENGLISH.keys()].sort());
  for (const [key, phrases] of ENGLISH) {
    assert.equal(FRENCH.get(key).length, phrases.length, key);
    assert.deepEqual(placeholders(FRENCH.get(key)), placeholders(phrases), key);
  }
});

test("nothing is empty, and nothing was left in English", () => {
  for (const [key, phrases] of FRENCH) {
    assert.ok(phrases.every((phrase) => phrase.trim()), key);
    if (phrases[0].split(" ").length > 2) {
      assert.notEqual(phrases[0], ENGLISH.get(key)[0], key);
    }
  }
});

test("French punctuation has its no-break spaces, and both languages true apostrophes", () => {
  for (const [key, phrases] of FRENCH) {
    for (const phrase of phrases) {
      assert.doesNotMatch(phrase, / [:;?!»]|« /, key);
    }
  }
  for (const [key, phrases] of [...ENGLISH, ...FRENCH]) {
    assert.doesNotMatch(phrases.join(), /\w'\w/, key);
  }
});

const sources = readdirSync(SITE, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(js|html)$/.test(name) && !name.includes("i18n"))
  .map((name) => [name, readFileSync(join(SITE, name), "utf8")]);

test("every key that the site names has words", () => {
  let seen = 0;
  for (const [name, source] of sources) {
    const keys = [
      ...[...source.matchAll(/\bt\(\s*"([\w.]+)"/g)].map((match) => match[1]),
      ...[...source.matchAll(/data-t="([\w.]+)"/g)].map((match) => match[1]),
      ...[...source.matchAll(/"data-t": "([\w.]+)"/g)].map((match) => match[1]),
    ];
    seen += keys.length;
    for (const key of keys) {
      assert.ok(ENGLISH.has(key), `${name}: ${key}`);
    }
  }
  assert.ok(seen > 100);
});

test("every phrase is used", () => {
  const all = sources.map(([, source]) => source).join("\n");
  const stems = [...all.matchAll(/`([a-z]+(?:\.[a-z]+)*)\.\$\{/g)].map((match) => match[1]);
  for (const key of ENGLISH.keys()) {
    const composed = stems.some((stem) => key.startsWith(`${stem}.`));
    assert.ok(composed || all.includes(`"${key}"`) || all.includes(`:${key}`) || all.includes(`${key}"`), `${key} is in nobody's mouth`);
  }
});
