/** Which kind of object an id belongs to: its prefix says so, as with Stripe. */

/** @type {Record<string, string>} */
const KINDS = {
  ch: "charge",
  clock: "test_helpers.test_clock",
  cs: "checkout.session",
  cus: "customer",
  cbtxn: "customer_balance_transaction",
  ent: "entitlements.active_entitlement",
  evt: "event",
  feat: "entitlements.feature",
  ii: "invoiceitem",
  in: "invoice",
  inpay: "invoice_payment",
  pi: "payment_intent",
  pm: "payment_method",
  price: "price",
  prod: "product",
  promo: "promotion_code",
  py: "charge",
  seti: "setup_intent",
  si: "subscription_item",
  sub: "subscription",
  we: "webhook_endpoint",
};

/** @param {unknown} text @returns {string | null} */
export function kindOf(text) {
  const prefix = typeof text === "string" && /^([a-z]+)_(test_)?[A-Za-z0-9]{8,}$/.exec(text)?.[1];
  return (prefix && KINDS[prefix]) || null;
}

/** The address within this page that shows an object. @param {string} id @param {string} [kind] */
export const addressOf = (id, kind = kindOf(id) ?? "") => `#objects/${kind}/${id}`;
