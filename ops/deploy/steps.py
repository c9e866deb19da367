"""What a deployment does, in order, and what undoing it does."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import stripe
from botocore.exceptions import BotoCoreError, ClientError

from ops.deploy import catalogue, checks, destroy, key_store, sam, site, smoke, stack, webhook
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target
from ops.screen import Stopwatch, progress

Act = Callable[[Target], list[str]]
"""Does it, or says what it would do; one short sentence for each thing, none if there is nothing to do."""


def _never(target: Target) -> bool:
    return False


class Step(NamedTuple):
    name: str
    run: Act
    preview: Act
    asks: Callable[[Target], bool] = _never
    """Whether it may need the terminal for a question: then no clock runs over it."""
    cut_off: str = ""
    """What goes on by itself when somebody stops in it; ends with a space."""


_CLOUDFORMATION = "CloudFormation ends what it has begun, or takes it back, by itself; until then the next one is refused. "


def _nothing(target: Target) -> list[str]:
    return []


def _always(words: str) -> Act:
    return lambda target: [words]


DEPLOY: tuple[Step, ...] = (
    Step("check", checks.run, checks.look, catalogue.asks),
    Step("keys", key_store.run, key_store.preview),
    Step("build", stack.build, _always("sam build")),
    Step("stack", stack.run, stack.preview, sam.asks, _CLOUDFORMATION),
    Step("catalogue", catalogue.run, catalogue.preview),
    Step("webhook", webhook.run, webhook.preview),
    Step("site", site.run, site.preview),
    Step("cloudfront", site.invalidate, site.preview_invalidation),
    Step("smoke", smoke.run, _nothing),
)

DESTROY: tuple[Step, ...] = (
    Step("check", destroy.check, destroy.check),
    Step("webhook", destroy.webhook, destroy.preview_webhook),
    Step("site", destroy.empty_bucket, destroy.preview_bucket),
    Step("stack", destroy.delete_stack, destroy.preview_stack, cut_off=_CLOUDFORMATION),
    Step("table", destroy.delete_table, destroy.preview_table),
    Step("keys", destroy.delete_parameters, destroy.preview_parameters),
)
"""The keys go last: with them the endpoint in Stripe is deleted, also by a second run."""


def perform(steps: Sequence[Step], target: Target, *, dry: bool = False) -> None:
    """Takes the steps one by one and shows each with its seconds. Raises `Stopped` at the first that cannot be done, or that is cut off."""
    for step in steps:
        clock = Stopwatch()
        act = step.preview if dry else step.run
        try:
            with _clock(step, clock, shown=dry or not step.asks(target)):
                done = act(target)
        except KeyboardInterrupt:
            _show("✗", step, [], clock)
            raise Stopped(f"{step.name}: stopped by you. {step.cut_off}To go on from here: {target.again}") from None
        except Stopped as reason:
            _show("✗", step, [], clock)
            raise Stopped(f"{step.name}: {reason}") from None
        except stripe.StripeError as error:
            _show("✗", step, [], clock)
            raise Stopped(f"{step.name}: Stripe: {error.user_message or error} To go on from here: {target.again}") from None
        except (BotoCoreError, ClientError) as error:
            _show("✗", step, [], clock)
            raise Stopped(f"{step.name}: AWS: {error} To go on from here: {target.again}") from None
        _show("·" if dry else "✓", step, done, clock)


def _clock(step: Step, clock: Stopwatch, *, shown: bool) -> AbstractContextManager[None]:
    """At a terminal, a line that counts; elsewhere (a pipeline's log) one when the step begins, as some take many minutes."""
    if not sys.stderr.isatty():
        print(f"… {step.name}", flush=True)
        return nullcontext()
    return progress(lambda: f"… {step.name:<11} {clock.seconds:.0f} s") if shown else nullcontext()


def _show(mark: str, step: Step, done: list[str], clock: Stopwatch) -> None:
    first, *rest = done or ["" if mark == "✗" else "nothing to do"]
    print(f"{mark} {step.name:<11} {clock.seconds:6.1f} s  {first}".rstrip())
    for words in rest:
        print(f"{'':<23}{words}")
    sys.stdout.flush()
