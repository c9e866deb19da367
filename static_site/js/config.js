/**
 * What differs between one deployment and the next, from `config.json` beside the pages. No secret is in it.
 *
 * @typedef {object} Config
 * @property {string} apiUrl
 * @property {string} region
 * @property {{publishableKey: string, scriptUrl: string}} stripe
 * @property {{endpoint: string, clientId: string}} cognito
 */

/** @type {Promise<Config> | undefined} */
let loading;

/**
 * Fetched once a page; a failure is not remembered, so that a retry can succeed.
 *
 * @returns {Promise<Config>}
 */
export function config() {
  loading ??= fetch("config.json").then(
    (response) => {
      if (!response.ok) {
        throw new Error(`config.json: ${response.status}`);
      }
      return response.json();
    },
  );
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** @param {Config} settings */
export function isTestMode(settings) {
  return settings.stripe.publishableKey.startsWith("pk_test_");
}
