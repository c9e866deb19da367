"""All that the app talks to (table, Stripe, Cognito), in this process, with every request passing through the test's hands."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from billing import login
from billing.account import account_json
from billing.state import store
from billing.state.items import user_pk
from tests.support.memory_table import MemoryTable
from tests.support.stripe_in_process import InProcessStripe, Transport

Json = dict[str, Any]
Request = Callable[[], Any]


class Crash(BaseException):
    """The Lambda was killed here. Not an `Exception`: no handler of ours may catch it."""


class Logins:
    """Cognito, as far as it is asked."""

    class exceptions:  # noqa: N801 - boto3's name
        class UserNotFoundException(Exception):
            pass

    def __init__(self, around: Callable[[Request], Any]) -> None:
        self.deleted: list[str] = []
        self._around = around

    def admin_delete_user(self, UserPoolId: str, Username: str) -> None:  # noqa: N803 - boto3's names
        def run() -> None:
            assert UserPoolId == "pool"
            if Username in self.deleted:
                raise self.exceptions.UserNotFoundException
            self.deleted.append(Username)

        self._around(run)


class Outside:
    """`around` is given every request and makes it: a test lets others go first, or crashes before or after it."""

    def __init__(self, table: MemoryTable, stripe: InProcessStripe, monkeypatch: pytest.MonkeyPatch) -> None:
        self.table, self.stripe = table, stripe
        self.logins = Logins(self._pass)
        self.calm()
        self._requests = 0
        table.around = self._pass
        send = Transport.request
        monkeypatch.setattr(Transport, "request", lambda *given, **named: self._pass(lambda: send(*given, **named)))
        monkeypatch.setenv("USER_POOL_ID", "pool")
        monkeypatch.setattr(login, "_cognito", lambda: self.logins)

    def _pass(self, request: Request) -> Any:
        self._requests += 1
        return self.around(request)

    def calm(self) -> None:
        self.around: Callable[[Request], Any] = lambda request: request()

    def crash_at(self, number: int, before: bool) -> None:
        """The request of this number (from 0) is the last thing that happens: just not, or just made."""
        self._requests = 0

        def around(request: Request) -> Any:
            if self._requests <= number:
                return request()
            if not before:
                request()
            raise Crash

        self.around = around

    def meanwhile(self, number: int, what: Callable[[], Any]) -> None:
        """Just before the request of this number (from 0), all of something else happens."""
        self._requests = 0

        def around(request: Request) -> Any:
            if self._requests == number + 1:
                self.calm()
                what()
            return request()

        self.around = around

    # ------------------------------------------------------------------------------------- looking, past the app

    def customers(self, user: str) -> list[Json]:
        """The user's Customers in Stripe that are not deleted."""
        return [row for row in self._rows("customer", user) if not row.get("deleted")]

    def is_billed(self, user: str) -> bool:
        """Whether anything of theirs in Stripe can still charge them: a subscription, or a session that can still be paid.

        A deleted Customer "prevents any further operations" (Stripe, API reference, "Delete a customer").
        """
        live = [row for row in self._rows("subscription", user) if row["status"] not in ("canceled", "incomplete_expired")]
        alive = {row["id"] for row in self.customers(user)}
        return bool(live) or any(row["status"] == "open" and row["customer"] in alive for row in self._rows("checkout.session", user))

    def is_buried(self, user: str) -> bool:
        return set(self.table.items.get(user_pk(user), {})) == {"pk", "deleted_at", "expires_at"}

    def assert_deleted(self, user: str) -> None:
        assert self.is_buried(user)
        assert not self.is_billed(user)
        assert self.customers(user) == []
        assert user in self.logins.deleted
        mapped = [pk for pk, item in self.table.items.items() if pk.startswith("customer#") and item["user"] == {"S": user}]
        assert mapped == []
        assert account_json(store.read(user)) == {"otherSubscriptions": [], "features": []}

    def all_events(self, user: str) -> Iterator[Json]:
        """All that Stripe has ever said of a user, oldest first, as it may send it again for days."""
        ids = {row["id"] for kind in ("customer", "subscription", "checkout.session") for row in self._rows(kind, user)}
        self.stripe._delivered = 0  # pyright: ignore[reportPrivateUsage]
        for event in self.stripe.events():
            text = json.dumps(event)
            if user in text or any(id_ in text for id_ in ids):
                yield event

    def _rows(self, kind: str, user: str) -> list[Json]:
        return [row for row in self.stripe.world.table(kind).rows.values() if row.get("metadata", {}).get("user") == user]
