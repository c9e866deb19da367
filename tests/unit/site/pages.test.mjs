// The pages as files: what they load, what they weigh, and that nothing in them needs more than the CSP allows.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import en from "../../../static_site/js/i18n/en.js";
import { PAGES } from "../../../static_site/js/navigation.js";

const SITE = join(import.meta.dirname, "../../../static_site");
const MOST_BYTES = 60 * 1024;
const read = (name) => readFileSync(join(SITE, name));
const html = (page) => read(page).toString();

/** Every module that a module imports, itself included. */
function modules(entry, seen = new Set()) {
  if (!seen.has(entry)) {
    seen.add(entry);
    for (const [, path] of read(entry).toString().matchAll(/^(?:import|export)\b[^;]*?from "(\.[^"]+)"/gm)) {
      modules(posix.join(dirname(entry), path), seen);
    }
  }
  return seen;
}

const entryOf = (page) => html(page).match(/<script type="module" src="([^"]+)"/)[1];
const linked = (page, rel) => [...html(page).matchAll(new RegExp(`<link rel="${rel}" href="([^"]+)"`, "g"))].map((match) => match[1]);

test("the pages are those that navigation knows, and the one for all other addresses", () => {
  assert.deepEqual(readdirSync(SITE).filter((name) => name.endsWith(".html")).sort(), ["404.html", ...PAGES].sort());
});

test("404.html, served for any address, names everything from the root", () => {
  for (const [, address] of html("404.html").matchAll(/(?:href|src)="([^"]+)"/g)) {
    assert.ok(address.startsWith("/"), address);
  }
  assert.doesNotMatch(html("404.html"), /<style|\sstyle=|<script/);
});

for (const page of PAGES) {
  test(`${page} fetches all its modules at once`, () => {
    const needed = modules(entryOf(page));
    needed.delete(entryOf(page));
    assert.deepEqual(linked(page, "modulepreload"), [...needed].sort());
  });

  test(`${page} is light enough`, () => {
    const words = ["en", "fr"].map((language) => `js/i18n/${language}.js`).sort((one, other) => packed(other) - packed(one))[0];
    const files = [page, ...linked(page, "stylesheet"), ...modules(entryOf(page)), words, "js/boot.js", "img/favicon.svg", "fonts/figtree.woff2"];
    const total = files.reduce((sum, name) => sum + packed(name), 0);
    assert.ok(total <= MOST_BYTES, `${total} bytes`);
  });

  test(`${page} has nothing inline`, () => {
    const source = html(page);
    assert.doesNotMatch(source, /<style|\sstyle=|\son\w+=|javascript:/i);
    for (const [, attributes, content] of source.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
      assert.match(attributes, /src="/);
      assert.equal(content.trim(), "");
    }
  });

  test(`${page} has a title in English, as in its words, and a description`, () => {
    assert.ok(Object.values(en.titles).includes(html(page).match(/<title>([^<]+)<\/title>/)[1]));
    const description = html(page).match(/<meta name="description" content="([^"]+)"/)[1];
    assert.ok(description.length >= 30 && description.length <= 160, description);
  });
}

/** As CloudFront compresses: what is not compressed already. */
function packed(name) {
  return name.endsWith(".woff2") ? read(name).length : gzipSync(read(name)).length;
}
