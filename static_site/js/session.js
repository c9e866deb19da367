/**
 * Who is signed in.
 *
 * Where tokens live, and why. The ID token opens the API for 15 minutes and stays in memory: no other tab, extension storage dump or
 * later visitor of this machine finds it. The refresh token must outlive a page, since this site has real pages, and a site without a
 * server of its own cannot set an HttpOnly cookie. It goes to `sessionStorage`, which ends with the tab; only who ticks "keep me
 * signed in" has it in `localStorage`, for up to its 30 days. Scripts that could read either are kept out by the CSP: our own files
 * and Stripe.js, nothing inline. Signing out revokes it at Cognito, which ends it everywhere.
 */

import * as cognito from "./cognito.js";
import { ServiceError } from "./errors.js";
import { device, tab } from "./storage.js";

const REFRESH_TOKEN = "recur.refreshToken";

/** Renew this long before the end, so that a token does not expire on its way. */
const MARGIN_MS = 60_000;

/** @type {{token: string, goodUntil: number} | null} */
let current = null;

/** @type {Promise<string> | null} */
let renewing = null;

function refreshToken() {
  return tab.get(REFRESH_TOKEN) ?? device.get(REFRESH_TOKEN);
}

/** Whether somebody is signed in, as far as is known without asking Cognito. */
export function isSignedIn() {
  return current !== null || refreshToken() !== null;
}

/** @param {cognito.Tokens} tokens */
function keep(tokens) {
  current = { token: tokens.IdToken, goodUntil: performance.now() + tokens.ExpiresIn * 1000 - MARGIN_MS };
  return current.token;
}

/**
 * @param {string} email
 * @param {string} password
 * @param {{remember?: boolean}} [options]
 */
export async function signIn(email, password, { remember = false } = {}) {
  const tokens = await cognito.authenticate(email, password);
  forget();
  keep(tokens);
  if (tokens.RefreshToken) {
    (remember ? device : tab).set(REFRESH_TOKEN, tokens.RefreshToken);
  }
}

/**
 * A valid ID token. Callers that arrive while one is being fetched share that fetch.
 *
 * @param {{renew?: boolean}} [options] `renew` when the one we had was refused
 * @returns {Promise<string>}
 * @throws {ServiceError} `signed_out` when nobody is, or the refresh token is no longer good; `network` when that cannot be known
 */
export async function idToken({ renew = false } = {}) {
  if (current && !renew && performance.now() < current.goodUntil) {
    return current.token;
  }
  renewing ??= fetchToken().finally(() => {
    renewing = null;
  });
  return renewing;
}

async function fetchToken() {
  const token = refreshToken();
  if (!token) {
    throw new ServiceError("signed_out", 401);
  }
  try {
    return keep(await cognito.refresh(token));
  } catch (error) {
    if (error instanceof ServiceError && error.status >= 400 && error.status < 500 && error.status !== 429) {
      forget();
      throw new ServiceError("signed_out", 401, error.message);
    }
    throw error;
  }
}

function forget() {
  current = null;
  tab.remove(REFRESH_TOKEN);
  device.remove(REFRESH_TOKEN);
  tab.remove("recur.customerKnown");
}

/** Forgets the tokens at once and revokes the refresh token; an unreachable Cognito does not keep anybody signed in here. */
export async function signOut() {
  const token = refreshToken();
  forget();
  if (token) {
    await cognito.revoke(token).catch((/** @type {unknown} */ error) => console.warn("refresh token not revoked", error));
  }
}

/**
 * The e-mail in the current ID token, for display only: the API trusts the token's signature, never this.
 *
 * @returns {Promise<string>}
 */
export async function signedInEmail() {
  const [, payload] = (await idToken()).split(".");
  const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)).email ?? "";
}

/**
 * Calls back when another tab signed this one in or out, which only "keep me signed in" makes possible.
 *
 * @param {() => void} listener
 */
export function onOtherTab(listener) {
  addEventListener("storage", (event) => {
    const changed = event.key === REFRESH_TOKEN && (event.oldValue === null) !== (event.newValue === null);
    if (changed && tab.get(REFRESH_TOKEN) === null) {
      listener();
    }
  });
}
