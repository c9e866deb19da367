/** `fetch` with a time limit, and its failures as `ServiceError`. */

import { ServiceError } from "./errors.js";

/** A little more than the API's own limit (30 s), so that its answer is seen when there is one. */
const LIMIT_MS = 35_000;

/**
 * @param {string | URL} url
 * @param {RequestInit} options
 * @returns {Promise<{status: number, ok: boolean, body: any}>} `body` is the parsed JSON, or null when there is none
 * @throws {ServiceError} `network` or `timeout`
 */
export async function send(url, options) {
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(LIMIT_MS) });
    const text = await response.text();
    return { status: response.status, ok: response.ok, body: parse(text) };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === "TimeoutError";
    throw new ServiceError(timedOut ? "timeout" : "network", 0, String(error));
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
