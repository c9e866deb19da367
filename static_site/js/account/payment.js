/** Paying what is still open, with the payment method that the account shows; where the bank asks, the customer confirms. */

import { getInvoices, payInvoice } from "../api.js";
import { loadStripe } from "../checkout/stripe.js";
import { ServiceError } from "../errors.js";

/** @typedef {"paid" | "processing" | "declined" | "unconfirmed" | "nothing"} PaymentOutcome `nothing`: no invoice was open */

/** The outcome to tell of when there are several invoices: the one that asks most of the customer. @type {PaymentOutcome[]} */
const BY_URGENCY = ["declined", "unconfirmed", "processing", "paid", "nothing"];

/**
 * Pays each open invoice, newest first. Safe to call again: an invoice is paid once, whoever asks.
 *
 * @returns {Promise<PaymentOutcome>}
 * @throws {ServiceError}
 * @throws {import("../checkout/stripe.js").StripeUnavailable} when the bank must be asked and Stripe.js cannot be had
 */
export async function payOpenInvoices() {
  const { invoices } = await getInvoices();
  /** @type {PaymentOutcome[]} */
  const outcomes = [];
  for (const { id } of invoices.filter(({ status }) => status === "open")) {
    outcomes.push(await pay(id));
  }
  return BY_URGENCY.find((outcome) => outcomes.includes(outcome)) ?? "nothing";
}

/**
 * @param {string} invoiceId
 * @returns {Promise<PaymentOutcome>}
 */
async function pay(invoiceId) {
  try {
    const { status, clientSecret } = await payInvoice(invoiceId);
    if (status === "requires_action" && clientSecret) {
      return await confirmWithBank(clientSecret);
    }
    return status === "paid" || status === "processing" ? status : "declined";
  } catch (error) {
    if (error instanceof ServiceError && error.status === 402) {
      return "declined";
    }
    // An older invoice that no subscription waits for any more.
    if (error instanceof ServiceError && error.status === 404) {
      return "nothing";
    }
    throw error;
  }
}

/**
 * @param {string} clientSecret of the invoice's PaymentIntent
 * @returns {Promise<PaymentOutcome>}
 */
async function confirmWithBank(clientSecret) {
  const stripe = await loadStripe();
  const { error, paymentIntent } = await stripe.confirmCardPayment(clientSecret);
  if (error) {
    console.error(error);
    return error.type === "card_error" ? "declined" : "unconfirmed";
  }
  return paymentIntent.status === "processing" ? "processing" : "paid";
}
