// What a site does with Stripe.js, and nothing else. `window.shop` lets the tests look on.

const query = new URLSearchParams(location.search);
const options = JSON.parse(query.get("options") ?? "{}");
document.documentElement.classList.toggle("dark", options.dark === true);

const byId = (id) => document.getElementById(id);
const shop = { events: [], changes: 0, violations: [] };
window.shop = shop;
document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  shop.violations.push(`${violatedDirective} ${blockedURI}`),
);

shop.stripe = Stripe(options.key ?? "pk_test_local", { locale: options.locale ?? "en" });
if (query.has("secret")) {
  await sell(query.get("secret"));
}
byId("total").dataset.loaded = "true";

async function sell(secret) {
  const init = shop.stripe.initCheckoutElementsSdk ?? shop.stripe.initCheckout;
  const checkout = init.call(shop.stripe, { clientSecret: Promise.resolve(secret), elementsOptions: { appearance: options.appearance } });
  shop.checkout = checkout;
  if (options.billing) {
    checkout.createBillingAddressElement().mount("#billing");
  }
  const payment = checkout.createPaymentElement({ layout: "tabs" });
  for (const name of ["loaderstart", "ready", "change", "focus", "blur", "escape", "loaderror"]) {
    payment.on(name, (event) => {
      shop.events.push({ name, ...event });
      document.body.dataset[name] = "seen";
    });
  }
  payment.mount("#payment");
  const loaded = await checkout.loadActions();
  if (loaded.type === "error") {
    byId("result").textContent = loaded.error.message;
    return;
  }
  shop.actions = loaded.actions;
  const show = (session) => {
    byId("total").textContent = session.total.total.amount;
    byId("pay").dataset.ready = String(session.canConfirm);
  };
  show(loaded.actions.getSession());
  checkout.on("change", (session) => {
    shop.changes += 1;
    show(session);
  });
  byId("pay").addEventListener("click", pay);
}

async function pay() {
  byId("result").textContent = "";
  try {
    shop.result = await shop.actions.confirm({ redirect: options.redirect ?? "if_required" });
    byId("result").textContent = shop.result.type === "success" ? "Paid" : shop.result.error.message;
  } catch (error) {
    byId("result").textContent = `Unknown: ${error.message}`;
  }
}
