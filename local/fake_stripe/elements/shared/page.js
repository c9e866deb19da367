/**
 * The shapes the fake Stripe's `/v1/payment_pages` answers with. Types only. Amounts are integers in the currency's minor unit.
 *
 * @typedef {{name?: string | null, address: {country: string, line1?: string | null, line2?: string | null, city?: string | null,
 *   postal_code?: string | null, state?: string | null}}} Contact
 *
 * @typedef {object} LineItem
 * @property {string} id
 * @property {string} name
 * @property {string | null} description
 * @property {number} quantity
 * @property {number} unit_amount
 * @property {number} amount_subtotal
 * @property {number} amount_discount
 * @property {number} amount_tax
 * @property {number} amount_total
 * @property {string} currency
 * @property {string} price id of the Price
 * @property {{interval: 'day' | 'week' | 'month' | 'year', interval_count: number} | null} recurring
 * @property {{minimum: number, maximum: number} | null} adjustable_quantity
 * @property {string[]} images
 *
 * @typedef {object} Totals
 * @property {number} subtotal
 * @property {number} discount
 * @property {number} tax_exclusive
 * @property {number} tax_inclusive
 * @property {number} shipping
 * @property {number} total what confirming charges
 *
 * @typedef {object} Discount
 * @property {number} amount
 * @property {string} display_name
 * @property {string | null} promotion_code
 * @property {number | null} percent_off
 *
 * @typedef {object} Intent
 * @property {string} id `pi_…` or `seti_…`
 * @property {string} status
 * @property {string} client_secret
 * @property {{type: string} | null} [next_action]
 *
 * @typedef {object} Page
 * @property {string} session_id
 * @property {'open' | 'complete' | 'expired'} status
 * @property {'paid' | 'unpaid' | 'no_payment_required'} payment_status
 * @property {'payment' | 'subscription' | 'setup'} mode
 * @property {string} currency three letters, lower case
 * @property {boolean} livemode
 * @property {string | null} customer_email
 * @property {string | null} email
 * @property {string | null} phone
 * @property {Contact | null} billing_address
 * @property {Contact | null} shipping_address
 * @property {LineItem[]} line_items
 * @property {Totals} totals
 * @property {{interval: 'day' | 'week' | 'month' | 'year', interval_count: number, due_next: Totals,
 *   trial: {trial_end: number, trial_period_days: number} | null} | null} recurring times in Unix seconds
 * @property {Discount[]} discount_amounts
 * @property {number} minor_units_amount_divisor 100 for dollars, 1 for yen
 * @property {string[]} payment_method_types those offered for this currency
 * @property {any[]} saved_payment_methods PaymentMethods, as the API has them
 * @property {string | null} return_url
 * @property {{message: string, code?: string | null, decline_code?: string | null} | null} last_payment_error
 * @property {Intent | null} [payment_intent]
 * @property {Intent | null} [setup_intent]
 * @property {string | null} business_name
 */

export {};
