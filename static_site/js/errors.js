/**
 * One error type for everything that can go wrong between the page and a server, and the words for it.
 *
 * What the server says is written for developers and in English; people get the words of `errors.*`, chosen by code, then by status.
 */

import { hasWords, t } from "./i18n/index.js";

export class ServiceError extends Error {
  /**
   * @param {string} code the API's error code, Cognito's exception name, or `network`, `timeout`, `unexpected`
   * @param {number} status HTTP status; 0 when there was no answer
   * @param {string} [message] for the console
   */
  constructor(code, status, message = code) {
    super(message);
    this.name = "ServiceError";
    this.code = code;
    this.status = status;
  }

  /** True when the server may have done what was asked though we have no answer that says so. `try_again` says that it did not. */
  get outcomeUnknown() {
    return (this.status === 0 || this.status >= 500) && this.code !== "try_again";
  }
}

/**
 * @param {unknown} error
 * @returns {string} a code of `errors.*`
 */
export function errorCode(error) {
  if (!(error instanceof ServiceError)) {
    return "unexpected";
  }
  if (hasWords(`errors.${error.code}`)) {
    return error.code;
  }
  if (error.status === 429 || error.status === 503) {
    return "busy";
  }
  return error.status === 401 ? "signed_out" : "unexpected";
}

/** @param {unknown} error */
export function errorMessage(error) {
  return t(`errors.${errorCode(error)}`);
}
