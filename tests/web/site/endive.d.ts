// The types that the site's JSDoc calls `stripe-release`, for 2026-10-28.endive: Checkout comes from `initCheckoutElementsSdk`.

import type { Stripe } from "@stripe/stripe-js";

export type { Appearance, Stripe, StripeConstructor } from "@stripe/stripe-js";
export type CheckoutOptions = Parameters<Stripe["initCheckoutElementsSdk"]>[0];
export type Checkout = ReturnType<Stripe["initCheckoutElementsSdk"]>;
export type Actions = Extract<Awaited<ReturnType<Checkout["loadActions"]>>, { type: "success" }>["actions"];
export type Session = ReturnType<Actions["getSession"]>;
