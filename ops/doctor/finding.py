"""What a check says, and what it is given to look at."""

from dataclasses import dataclass
from enum import Enum

from stripe import StripeClient

from billing.release import Release
from ops.deployment import Deployment
from ops.keys import check
from ops.parameters import Parameters
from ops.stripe_account import account_of, client, none_stored


class Level(Enum):
    OK = "ok"
    WARN = "warn"
    """Look at it one of these days, or again in an hour."""
    FAIL = "fail"
    """Something does not work, or will not when it is needed."""


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    says: str
    todo: str = ""
    """What to do about it; empty for `ok`."""


def ok(says: str) -> Finding:
    return Finding(Level.OK, says)


def warn(says: str, todo: str) -> Finding:
    return Finding(Level.WARN, says, todo)


def fail(says: str, todo: str) -> Finding:
    return Finding(Level.FAIL, says, todo)


@dataclass(frozen=True, slots=True)
class Patient:
    """A deployment and what it keeps."""

    deployment: Deployment
    parameters: Parameters
    release: Release

    @property
    def stage(self) -> str:
        return self.deployment.stage

    def typed(self, words: str, *, needs_stack: bool = True) -> str:
        """As `Deployment.typed`: the whole command, to be pasted."""
        return self.deployment.typed(words, needs_stack=needs_stack)

    def functions_client(self) -> StripeClient:
        """Stripe with the functions' own key. Raises `NoAccount` and `WrongKey`."""
        key = self.parameters.get("secret-key")
        if key is None:
            raise none_stored(self.parameters, self.typed("secrets set stripe-key", needs_stack=False))
        check(key, self.stage)
        return client(key, self.deployment.environment)

    def operators_client(self) -> StripeClient:
        """Stripe with the key for deploying, if that is another one."""
        return account_of(self.deployment)
