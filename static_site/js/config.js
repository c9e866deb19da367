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

/**
 * Opens a connection to where Stripe.js comes from, for somebody who is about to need it: the next page finds it open. Once a page.
 */
export async function connectToStripe() {
  const { stripe } = await config();
  if (document.head.querySelector("link[rel=preconnect]")) {
    return;
  }
  const link = document.createElement("link");
  link.rel = "preconnect";
  link.href = new URL(stripe.scriptUrl).origin;
  document.head.append(link);
}

/** @param {Config} settings */
export function isTestMode(settings) {
  return settings.stripe.publishableKey.startsWith("pk_test_");
}
