/** The site's own pages, and the way between them. Nothing in a URL can lead anywhere else. */

export const PAGES = ["index.html", "register.html", "sign-in.html", "forgot-password.html", "checkout.html", "return.html", "account.html"];

/**
 * @param {string} page one of PAGES
 * @param {Record<string, string | undefined | null>} [parameters] empty ones are left out
 * @returns {string} a relative URL
 */
export function pageUrl(page, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value) {
      query.set(name, value);
    }
  }
  return query.size ? `${page}?${query}` : page;
}

/**
 * Where a `next` parameter leads, if it leads to a page of ours.
 *
 * @param {string | null} next as found in the URL
 * @param {string} here the current page's URL
 * @returns {string | null} a URL relative to the site, or null
 */
export function ownPage(next, here) {
  if (!next) {
    return null;
  }
  const folder = new URL(".", here);
  let target;
  try {
    target = new URL(next, folder);
  } catch {
    return null;
  }
  const page = target.href.startsWith(folder.href) ? target.pathname.slice(folder.pathname.length) : null;
  return page !== null && PAGES.includes(page) ? page + target.search + target.hash : null;
}

/** @param {string} name */
export function parameter(name) {
  return new URLSearchParams(location.search).get(name);
}

/** The page that sent the visitor here to sign in, else `fallback`. @param {string} fallback */
export function nextPage(fallback) {
  return ownPage(parameter("next"), location.href) ?? fallback;
}

/** This page, as a `next` parameter for another. */
export function thisPage() {
  return (location.pathname.split("/").pop() || "index.html") + location.search;
}
