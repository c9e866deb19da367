/**
 * The few calls a publishable key may make. Requests are form-encoded with brackets, as Stripe's API takes them; a refusal becomes a
 * `StripeApiError` that carries the error object as the API sent it.
 */

/**
 * @typedef {object} ApiError the `error` of an API answer
 * @property {string} type e.g. `card_error`, `invalid_request_error`; `api_connection_error` when there was no answer at all
 * @property {string} message
 * @property {string} [code]
 * @property {string} [decline_code]
 * @property {string} [param]
 */

export class StripeApiError extends Error {
  /** @param {ApiError} error */
  constructor(error) {
    super(error.message);
    this.name = "StripeApiError";
    this.error = error;
  }
}

/**
 * `{card: {number: '4242'}, ids: ['a']}` → `card[number]=4242&ids[0]=a`. Undefined is left out; null unsets, which is the empty string.
 * @param {Record<string, unknown>} params
 * @returns {URLSearchParams}
 */
export function formEncode(params) {
  const form = new URLSearchParams();
  /** @param {string} key @param {unknown} value */
  const add = (key, value) => {
    if (value === undefined) {
      return;
    }
    if (value !== null && typeof value === "object") {
      for (const [name, inner] of Object.entries(value)) {
        add(`${key}[${name}]`, inner);
      }
    } else {
      form.append(key, value === null ? "" : String(value));
    }
  };
  for (const [key, value] of Object.entries(params)) {
    add(key, value);
  }
  return form;
}

export class Api {
  #headers;

  /**
   * @param {string} publishableKey `pk_test_…`
   * @param {string} [apiVersion] `Stripe-Version` to ask for; by default the key's own
   */
  constructor(publishableKey, apiVersion) {
    this.#headers = { Authorization: `Bearer ${publishableKey}`, ...(apiVersion && { "Stripe-Version": apiVersion }) };
  }

  /**
   * @param {string} path
   * @param {Record<string, unknown>} [query]
   * @returns {Promise<any>}
   * @throws {StripeApiError}
   */
  get(path, query = {}) {
    return this.#send(`${path}?${formEncode(query)}`, { headers: this.#headers });
  }

  /**
   * @param {string} path
   * @param {Record<string, unknown>} [params]
   * @returns {Promise<any>}
   * @throws {StripeApiError}
   */
  post(path, params = {}) {
    return this.#send(path, { method: "POST", headers: this.#headers, body: formEncode(params) });
  }

  /** @param {string} url @param {RequestInit} init */
  async #send(url, init) {
    let response, body;
    try {
      response = await fetch(url, init);
      body = await response.json();
    } catch {
      throw new StripeApiError({
        type: "api_connection_error",
        message: "We are experiencing issues connecting to our payments provider. Please check your internet connection and try again.",
      });
    }
    if (!response.ok) {
      throw new StripeApiError(body.error ?? { type: "api_error", message: `The payments provider answered ${response.status}.` });
    }
    return body;
  }
}
