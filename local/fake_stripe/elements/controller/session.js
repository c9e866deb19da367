/**
 * The Checkout Session as stripe.js shows it to a site, made from the API's page object. The shapes are those of `@stripe/stripe-js`
 * (`StripeCheckoutSession`): `cloverSession` as release 8.x types it, `endiveSession` with what 10.x adds.
 */

/** @typedef {import('../shared/page.js').Page} Page */
/** @typedef {{minorUnitsAmount: number, amount: string}} Amount */

/**
 * Formats minor units as the visitor reads them: 1500 → `{minorUnitsAmount: 1500, amount: '$15.00'}`. The digits come from the session's
 * divisor: Intl has its own opinion on some currencies (HUF, ISK, UGX), which is not Stripe's.
 * @param {Page} page
 * @param {string} locale
 * @returns {(minorUnits: number) => Amount}
 */
export function amountFormatter(page, locale) {
  const digits = Math.round(Math.log10(page.minor_units_amount_divisor));
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: page.currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (minorUnits) => ({ minorUnitsAmount: minorUnits, amount: format.format(minorUnits / page.minor_units_amount_divisor) });
}

/** @param {import("../shared/page.js").Contact | null} known */
const contact = (known) => known && { name: known.name, address: known.address };

/** @param {Page} page */
function sessionStatus(page) {
  if (page.status === "complete") {
    return { type: /** @type {const} */ ("complete"), paymentStatus: page.payment_status };
  }
  return { type: page.status };
}

/**
 * @param {import('../shared/page.js').Discount} discount
 * @param {(minorUnits: number) => Amount} money
 */
const discountAmount = (discount, money) => ({
  ...money(discount.amount),
  displayName: discount.display_name,
  promotionCode: discount.promotion_code,
  recurring: null,
  percentOff: discount.percent_off,
});

/**
 * @param {import('../shared/page.js').LineItem} item
 * @param {(minorUnits: number) => Amount} money
 */
const lineItem = (item, money) => ({
  id: item.id,
  name: item.name,
  description: item.description,
  quantity: item.quantity,
  unitAmount: money(item.unit_amount),
  subtotal: money(item.amount_subtotal),
  discount: money(item.amount_discount),
  taxExclusive: money(item.amount_tax),
  taxInclusive: money(0),
  total: money(item.amount_total),
  discountAmounts: null,
  taxAmounts: null,
  recurring: item.recurring && {
    interval: item.recurring.interval,
    intervalCount: item.recurring.interval_count,
    usageType: /** @type {const} */ ("licensed"),
  },
  adjustableQuantity: item.adjustable_quantity,
  images: item.images,
});

/**
 * @param {NonNullable<Page['recurring']>} recurring
 * @param {(minorUnits: number) => Amount} money
 */
const recurringTotals = (recurring, money) => ({
  interval: recurring.interval,
  intervalCount: recurring.interval_count,
  dueNext: {
    subtotal: money(recurring.due_next.subtotal),
    discount: money(recurring.due_next.discount),
    taxExclusive: money(recurring.due_next.tax_exclusive),
    taxInclusive: money(recurring.due_next.tax_inclusive),
    total: money(recurring.due_next.total),
    billingCycleAnchor: null,
  },
  trial: recurring.trial && { trialEnd: recurring.trial.trial_end, trialPeriodDays: recurring.trial.trial_period_days },
});

/** @param {any} method a PaymentMethod of type card, as the API has it */
const savedPaymentMethod = ({ id, card, billing_details: details }) => ({
  id,
  type: /** @type {const} */ ("card"),
  card: { brand: card.brand, expMonth: card.exp_month, expYear: card.exp_year, last4: card.last4 },
  billingDetails: { email: details.email, name: details.name, phone: details.phone, address: details.address },
});

/**
 * @param {Page} page
 * @param {string} locale BCP 47, for the amounts
 * @param {boolean} canConfirm
 */
export function cloverSession(page, locale, canConfirm) {
  const money = amountFormatter(page, locale);
  const cards = page.saved_payment_methods.filter(({ type }) => type === "card");
  return {
    id: page.session_id,
    status: sessionStatus(page),
    canConfirm,
    businessName: page.business_name,
    currency: page.currency,
    currencyOptions: null,
    email: page.email ?? page.customer_email,
    phoneNumber: page.phone,
    billingAddress: contact(page.billing_address),
    shippingAddress: contact(page.shipping_address),
    shipping: null,
    shippingOptions: [],
    lineItems: page.line_items
      .map((item) => lineItem(item, money))
      .map((item) => ({ ...item, recurring: item.recurring && { ...item.recurring, isProrated: false } })),
    discountAmounts: page.discount_amounts.length ? page.discount_amounts.map((discount) => discountAmount(discount, money)) : null,
    taxAmounts: null,
    tax: { status: /** @type {const} */ ("ready") },
    taxIdInfo: null,
    total: {
      subtotal: money(page.totals.subtotal),
      discount: money(page.totals.discount),
      shippingRate: money(page.totals.shipping),
      taxExclusive: money(page.totals.tax_exclusive),
      taxInclusive: money(page.totals.tax_inclusive),
      total: money(page.totals.total),
      appliedBalance: money(0),
      balanceAppliedToNextInvoice: false,
    },
    recurring: page.recurring && recurringTotals(page.recurring, money),
    lastPaymentError: page.last_payment_error && { message: page.last_payment_error.message },
    livemode: page.livemode,
    minorUnitsAmountDivisor: page.minor_units_amount_divisor,
    savedPaymentMethods: cards.length ? cards.map(savedPaymentMethod) : null,
  };
}

/**
 * @param {Page} page
 * @param {string} locale
 * @param {boolean} canConfirm
 */
export function endiveSession(page, locale, canConfirm) {
  const session = cloverSession(page, locale, canConfirm);
  const money = amountFormatter(page, locale);
  return {
    ...session,
    nameCollection: null,
    optionalItems: null,
    surcharge: null,
    total: { ...session.total, surcharge: money(0) },
    recurring: session.recurring && { ...session.recurring, isProrated: false },
    lineItems: page.line_items.map((item) => ({
      ...lineItem(item, money),
      priceId: item.price,
      unitAmountDecimal: null,
      unitLabel: null,
      isRemovable: false,
      pricing: null,
      transformQuantity: null,
    })),
  };
}
