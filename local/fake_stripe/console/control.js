/** The fake Stripe's own switches and windows, `/_control/…`: see local/fake_stripe/control/routes.py for what each takes and answers. */

/** The server answered, and said no. */
export class ControlError extends Error {}

/**
 * @param {string} path
 * @param {Record<string, string | number>} [query]
 * @returns {Promise<any>}
 * @throws {ControlError | TypeError} TypeError when nobody answers
 */
export function read(path, query = {}) {
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return send(`/_control/${path}?${search}`);
}

/**
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>}
 * @throws {ControlError | TypeError}
 */
export function act(path, body = {}) {
  return send(`/_control/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** @param {string} url @param {RequestInit} [init] */
async function send(url, init) {
  const response = await fetch(url, init);
  const body = await response.json();
  if (!response.ok) {
    throw new ControlError(body.error?.message ?? `${url} answered ${response.status}`);
  }
  return body;
}
