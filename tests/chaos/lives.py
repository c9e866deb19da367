"""What 200 people do at once: each a seeded life of subscribing, changing plan, canceling, resuming and subscribing again.

A person behaves as the site does: what is answered with 5xx, or not at all, is asked for again; what is refused is looked at anew.
"""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

import requests

from local.stack import LocalStack
from tests.support.people import Person, Stripe

Json = dict[str, Any]
PLANS = ("basic_monthly", "premium_monthly")
REPEATS, PAUSE_SECONDS = 30, 0.2
REFUSALS = {
    (400, "same_plan"),
    (404, "not_found"),
    (409, "live_subscription"),
    (409, "subscription_ended"),
    (409, "in_progress"),
}
"""What a person may be told whose earlier request, or whose event, went another way than they know."""


class Unexpected(Exception):
    """An answer that nobody should get."""


class Told:
    """What everybody was told, counted by (action, status and code)."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.unexpected: list[str] = []
        self._lock = Lock()

    def note(self, action: str, answer: str) -> None:
        with self._lock:
            self.counts[action, answer] += 1

    def complain(self, what: str) -> None:
        with self._lock:
            self.unexpected.append(what)


class Life:
    """One person's. `number` and the seed decide what they want; when it happens, the machine."""

    def __init__(self, stack: LocalStack, stripe: Stripe, number: int, seed: int, told: Told) -> None:
        self.email = f"chaos{number}@example.com"
        self._stack, self._stripe, self._told = stack, stripe, told
        self._dice = random.Random(f"{seed}/{number}")
        self.upgrades = 0
        """Requests that may each have been billed once."""

    def live(self) -> None:
        """From the first sign-up to the last wish. Raises nothing: what should not be is noted."""
        try:
            self._person = Person(self._stack, self.email)
            self._prices = {price["lookupKey"]: price["id"] for plan in self._ask("GET", "/plans")["plans"] for price in plan["prices"]}
            self._subscribe()
            for _ in range(self._dice.randint(2, 4)):
                self._dice.choice((self._change, self._change, self._leave, self._return, self._cancel))()
        except (Unexpected, AssertionError) as error:
            self._told.complain(f"{self.email}: {error}")

    # ---------------------------------------------------------------------------------------------------- wishes

    def _subscribe(self) -> None:
        plan = self._dice.choice(PLANS)
        if self._dice.random() < 0.5:
            self._ask("POST", "/create-customer", {"name": "Ada"})
        tabs = self._dice.choice((1, 1, 2))
        with ThreadPoolExecutor(tabs) as pool:
            sessions = list(pool.map(lambda _: self._ask("POST", "/create-checkout-session", {"lookupKey": plan}), range(tabs)))
        known = {session["sessionId"] for session in sessions if session}
        if len(known) > 1:
            raise Unexpected("two tabs, two sessions")
        for session in known:
            paid = self._stripe.pay(session, "pm_card_visa")
            self._told.note("pays", str(paid.status_code))
            if self._dice.random() < 0.5:
                self._ask("POST", "/settle-session", {"sessionId": session})

    def _change(self) -> None:
        current = self._live_subscription()
        if current:
            other = PLANS[0] if current["lookupKey"] == PLANS[1] else PLANS[1]
            self.upgrades += other == PLANS[1]
            self._ask("POST", "/update-subscription", {"subscriptionId": current["id"], "newPriceId": self._prices[other]})

    def _leave(self) -> None:
        if current := self._live_subscription():
            self._ask("POST", "/cancel-subscription", {"subscriptionId": current["id"], "when": "period_end"})

    def _return(self) -> None:
        current = self._live_subscription()
        if current and "cancelAt" in current:
            self._ask("POST", "/resume-subscription", {"subscriptionId": current["id"]})

    def _cancel(self) -> None:
        if current := self._live_subscription():
            self._ask("POST", "/cancel-subscription", {"subscriptionId": current["id"]})
            if self._dice.random() < 0.5:
                self._subscribe()

    def _live_subscription(self) -> Json | None:
        """As the account shows it: who was not told of their purchase yet does not know it."""
        found = self._ask("GET", "/account").get("subscription")
        return found if found and found["status"] in ("active", "past_due") else None

    # --------------------------------------------------------------------------------------------------- requests

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """The answer; {} for a refusal. Raises `Unexpected` for one that makes no sense, or if it never gets through."""
        for _ in range(REPEATS):
            try:
                answer = self._person.call(method, path, body)
            except requests.RequestException as error:
                self._told.note(path, type(error).__name__)
                time.sleep(PAUSE_SECONDS)
                continue
            code = answer.json().get("error", {}).get("code", "") if answer.content else ""
            self._told.note(path, f"{answer.status_code} {code}".strip())
            if answer.status_code == 200:
                return answer.json()
            if (answer.status_code, code) in REFUSALS:
                return {}
            if answer.status_code < 500:
                raise Unexpected(f"{method} {path}: {answer.status_code} {answer.text}")
            time.sleep(PAUSE_SECONDS)
        raise Unexpected(f"{method} {path} was not done after {REPEATS} attempts")
