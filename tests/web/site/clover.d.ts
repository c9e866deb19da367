// The types that the site's JSDoc calls `stripe-release`, for 2025-09-30.clover: Checkout comes from `initCheckout`.

import type { Stripe } from "@stripe/stripe-js";

export type { Appearance, Stripe, StripeConstructor } from "@stripe/stripe-js";
export type CheckoutOptions = Parameters<Stripe["initCheckout"]>[0];
export type Checkout = ReturnType<Stripe["initCheckout"]>;
export type Actions = Extract<Awaited<ReturnType<Checkout["loadActions"]>>, { type: "success" }>["actions"];
export type Session = ReturnType<Actions["getSession"]>;
