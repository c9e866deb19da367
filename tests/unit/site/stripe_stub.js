// The least of Stripe.js that the checkout page uses, for tests of that page alone. `window.stub` says how it behaves.

window.stub = { confirms: 0, pending: false, lost: false, result: null };

(() => {
  const amount = (value) => ({ minorUnitsAmount: value, amount: `$${value / 100}` });
  const zero = amount(0);

  window.Stripe = () => ({
    initCheckoutElementsSdk(options) {
      const listeners = [];
      let code = null;
      const wear = ({ theme, variables }) =>
        Object.assign(document.getElementById("payment-element").dataset, { theme, background: variables.colorBackground });
      wear(options.elementsOptions.appearance);

      const session = () => {
        const discount = code ? 300 : 0;
        return {
          id: "cs_1",
          status: { type: "open" },
          currency: "usd",
          minorUnitsAmountDivisor: 100,
          tax: { status: "ready" },
          lineItems: [
            {
              id: "li_1",
              name: "Premium",
              quantity: 1,
              unitAmount: amount(1500),
              subtotal: amount(1500),
              recurring: { interval: "month", intervalCount: 1 },
            },
          ],
          discountAmounts: code ? [{ ...amount(discount), displayName: "Welcome", promotionCode: code }] : null,
          total: { subtotal: amount(1500), discount: amount(discount), taxExclusive: zero, taxInclusive: zero, total: amount(1500 - discount) },
          recurring: { interval: "month", intervalCount: 1, trial: null, dueNext: { total: amount(1500) } },
        };
      };
      const changed = () => {
        listeners.forEach((listener) => listener(session()));
        return { type: "success", session: session() };
      };
      const actions = {
        getSession: session,
        async applyPromotionCode(wanted) {
          if (wanted !== "WELCOME") {
            return { type: "error", error: { code: "invalidCode", message: "no" } };
          }
          code = wanted;
          return changed();
        },
        async removePromotionCode() {
          code = null;
          return changed();
        },
        async confirm() {
          window.stub.confirms += 1;
          if (window.stub.pending) {
            await new Promise(() => {});
          }
          if (window.stub.lost) {
            throw new TypeError("Failed to fetch");
          }
          return window.stub.result ?? { type: "success", session: session() };
        },
      };
      return {
        on: (_, listener) => listeners.push(listener),
        loadActions: async () => ({ type: "success", actions }),
        changeAppearance: wear,
        createPaymentElement: () => ({
          on(event, handler) {
            if (event === "ready") {
              setTimeout(handler);
            }
          },
          mount: (place) => document.querySelector(place).append("card fields"),
        }),
      };
    },
  });
})();
