/**
 * What the API answers, for the type checker only: no module loads this file. Times are Unix seconds, amounts minor units; what is not
 * known is left out.
 */

/**
 * @typedef {object} Price
 * @property {string} id
 * @property {string} lookupKey
 * @property {number} unitAmount
 * @property {string} currency
 * @property {number} minorUnitDivisor
 * @property {string} interval
 * @property {number} intervalCount
 * @property {Record<string, {unitAmount: number, minorUnitDivisor: number}>} [currencyOptions]
 */
/**
 * @typedef {object} Plan
 * @property {string} productId
 * @property {string} name
 * @property {string | null} [description]
 * @property {string[]} features lookup keys
 * @property {Price[]} prices
 */
/** @typedef {{currencies: string[], plans: Plan[]}} Catalogue */
/**
 * @typedef {object} Subscription
 * @property {string} id
 * @property {string} status Stripe's; may be one this version does not know
 * @property {string} productId
 * @property {string} priceId
 * @property {string | null} [lookupKey]
 * @property {number} currentPeriodEnd
 * @property {number | null} [cancelAt]
 * @property {number | null} [trialEnd]
 * @property {"paid" | "processing" | "failed" | "action_required" | null} [paymentStatus]
 * @property {{priceId: string, expiresAt: number} | null} [pendingUpdate]
 * @property {{amount: number, currency: string, minorUnitDivisor?: number, at: number} | null} [nextCharge]
 */
/**
 * @typedef {object} PaymentMethod
 * @property {string} id
 * @property {string} type
 * @property {string | null} [brand]
 * @property {string | null} [last4]
 * @property {number | null} [expMonth]
 * @property {number | null} [expYear]
 */
/**
 * @typedef {object} Account
 * @property {string | null} [customerId]
 * @property {Subscription | null} [subscription]
 * @property {Subscription[]} otherSubscriptions
 * @property {PaymentMethod | null} [paymentMethod]
 * @property {string[]} features lookup keys
 */
/**
 * @typedef {object} Preview
 * @property {number} amountDue due today; at most zero when the change is credited
 * @property {string} currency
 * @property {number} minorUnitDivisor
 * @property {number} prorationDate
 * @property {number} nextAmount
 * @property {number} nextDate
 * @property {{description: string, amount: number, proration: boolean}[]} lines
 */
/**
 * @typedef {object} Invoice
 * @property {string} id
 * @property {string | null} number
 * @property {number} created
 * @property {number} amountDue
 * @property {string} currency
 * @property {number} minorUnitDivisor
 * @property {string} status Stripe's: open, paid, void or uncollectible
 * @property {string | null} pdfUrl
 */
/** @typedef {{status: string, paymentStatus: string, subscriptionId?: string | null}} SessionStatus */

export {};
