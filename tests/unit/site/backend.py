"""The site with nothing behind it: an API, a Cognito and a Stripe.js that say what a test tells them.

For what hardly arises over real parts: an answer that is lost, a token refused in mid-flight, a hostile name. The real path
is tested in tests/e2e.
"""

import base64
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Request, Route

Json = dict[str, Any]

FOLDER = Path(__file__).parents[3] / "static_site"
API, COGNITO, STRIPE = "https://api.test", "https://cognito.test", "https://stripe.test"
CONFIG: Json = {
    "apiUrl": API,
    "region": "us-east-1",
    "stripe": {"publishableKey": "pk_test_site", "scriptUrl": f"{STRIPE}/endive/stripe.js"},
    "cognito": {"endpoint": COGNITO, "clientId": "client"},
}
# As in template.yaml, with these origins.
CSP = (
    f"default-src 'none'; script-src 'self' {STRIPE}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    f"connect-src 'self' {API} {COGNITO}; frame-src {STRIPE}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)
_CORS = {"access-control-allow-origin": "*", "access-control-allow-headers": "*", "access-control-allow-methods": "*"}
LOST = object()
"""An answer that never arrives: the connection breaks."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer of the API, or of the gateway before it (`body={"message": …}`)."""

    status: int
    code: str = ""
    body: Json | None = None


def price(plan: str, amount: int) -> Json:
    return {
        "id": f"price_{plan}",
        "lookupKey": f"{plan}_monthly",
        "unitAmount": amount,
        "currency": "usd",
        "minorUnitDivisor": 100,
        "interval": "month",
        "intervalCount": 1,
        "currencyOptions": {"eur": {"unitAmount": amount, "minorUnitDivisor": 100}},
    }


def plan(name: str, amount: int, *features: str) -> Json:
    return {
        "productId": f"prod_{name.lower()}",
        "name": name,
        "description": "",
        "features": features,
        "prices": [price(name.lower(), amount)],
    }


def subscription(plan: str = "premium", status: str = "active", **more: Any) -> Json:
    end = int(time.time()) + 20 * 86400
    found = {
        "id": "sub_1",
        "status": status,
        "productId": f"prod_{plan}",
        "priceId": f"price_{plan}",
        "currentPeriodEnd": end,
        "paymentStatus": "paid",
        "nextCharge": {"amount": 1500, "currency": "usd", "minorUnitDivisor": 100, "at": end},
    }
    return found | more


def account(of: Json | None = None, **more: Any) -> Json:
    return {"customerId": "cus_1", "otherSubscriptions": [], "features": []} | ({"subscription": of} if of else {}) | more


def id_token(serial: int) -> str:
    def part(content: Json) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part({})}.{part({'email': 'ada@example.com', 'serial': serial})}.signature"


@dataclass
class Backend:
    """`answers`: by `METHOD /path`, a body, a `Refusal`, `LOST`, or a function of the request that returns one of these."""

    answers: dict[str, Any] = field(default_factory=dict)
    cognito: dict[str, Any] = field(default_factory=dict)
    """By operation: an exception's name."""
    stripe_blocked: bool = False
    calls: list[tuple[str, Any]] = field(default_factory=list)
    """`METHOD /path` and the JSON body, in order."""
    tokens: int = 0
    """How many ID tokens were issued."""

    def __post_init__(self) -> None:
        self.answers = {
            "GET /plans": {
                "currencies": ["usd", "eur"],
                "plans": [plan("Basic", 500, "basic_features"), plan("Premium", 1500, "basic_features", "extended_features")],
            },
            "GET /account": account(),
            "POST /create-customer": {"customerId": "cus_1"},
            "POST /create-checkout-session": {"sessionId": "cs_1", "clientSecret": "cs_1_secret"},
            "GET /session-status": {"status": "open", "paymentStatus": "unpaid"},
        } | self.answers

    def count(self, call: str) -> int:
        return sum(name == call for name, _ in self.calls)

    def bodies(self, call: str) -> list[Any]:
        return [body for name, body in self.calls if name == call]

    def serve(self, context: BrowserContext) -> None:
        """Answers everything that pages of `context` ask other origins for."""
        context.route(f"{API}/**", self._api)
        context.route(f"{COGNITO}/**", self._cognito)
        context.route(f"{STRIPE}/**", self._stripe)

    def _api(self, route: Route) -> None:
        request = route.request
        if request.method == "OPTIONS":
            route.fulfill(status=204, headers=_CORS)
            return
        call = f"{request.method} {urlsplit(request.url).path}"
        self.calls.append((call, request.post_data_json if request.post_data else None))
        _answer(route, self.answers.get(call, Refusal(404, body={"message": "Not Found"})))

    def _cognito(self, route: Route) -> None:
        request = route.request
        if request.method == "OPTIONS":
            route.fulfill(status=204, headers=_CORS)
            return
        operation = request.headers["x-amz-target"].rpartition(".")[2]
        self.calls.append((operation, request.post_data_json))
        if operation in self.cognito:
            _answer(route, Refusal(400, body={"__type": self.cognito[operation], "message": "said Cognito"}))
        elif operation == "InitiateAuth":
            self.tokens += 1
            result = {"IdToken": id_token(self.tokens), "RefreshToken": "refresh", "ExpiresIn": 900}
            _answer(route, {"AuthenticationResult": result})
        else:
            _answer(route, {})

    def _stripe(self, route: Route) -> None:
        if self.stripe_blocked:
            route.abort("blockedbyclient")
        else:
            route.fulfill(content_type="text/javascript", path=Path(__file__).parent / "stripe_stub.js")


def _answer(route: Route, answer: Any) -> None:
    if callable(answer):
        answer = answer(route.request)
    if answer is LOST:
        route.abort("connectionreset")
    elif isinstance(answer, Refusal):
        body = answer.body or {"error": {"code": answer.code, "message": "said the API"}}
        route.fulfill(status=answer.status, headers=_CORS, json=body)
    else:
        route.fulfill(headers=_CORS, json=answer)


def bearer(request: Request) -> int:
    """Which of the issued ID tokens a request carried."""
    payload = request.headers["authorization"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["serial"]


def sign_in(page: Page) -> None:
    """As if somebody had signed in earlier in this tab."""
    page.add_init_script("sessionStorage.setItem('recur.refreshToken', 'refresh')")
