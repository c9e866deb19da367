/**
 * The hidden frame that speaks to the API on behalf of stripe.js, so that the embedding page needs no access to it. One frame serves a
 * `Stripe` object: its `intents`, and any number of `checkout`s, each over a channel of its own.
 */

import { acceptConnections } from "../shared/channel.js";
import { Api } from "../shared/api.js";
import { useLocale } from "../shared/messages.js";
import { checkout } from "./checkout.js";
import { intents } from "./intents.js";

/** @typedef {{publishableKey: string, apiVersion?: string, locale: string, release: 'endive' | 'clover'}} ConnectOptions */

acceptConnections({
  checkout(/** @type {ConnectOptions} */ options, connect) {
    useLocale(options.locale);
    checkout(new Api(options.publishableKey, options.apiVersion), options, connect);
  },
  intents(/** @type {ConnectOptions} */ options, connect) {
    useLocale(options.locale);
    intents(new Api(options.publishableKey, options.apiVersion), connect);
  },
});
