"""Long jobs that are cut into many short runs: how far they got, and that one process at a time is at it.

run 1                    run 2                     the job's item
take                     -                         lease a until 12:04, progress 1
save                     take: it is taken         lease a until 12:05, progress 2
(frozen)                 take, after 12:05         lease b until 12:10, progress 2
save: overtaken          save                      lease b until 12:11, progress 3
"""

import time
import uuid
from dataclasses import dataclass
from typing import Any, cast

from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.expressions.condition import Condition

from billing.errors import BillingError
from billing.state.items import Item, job_pk

Progress = dict[str, Any]

LEASE_SECONDS = 240
"""How long a job stays taken after its last save: longer than the work between two of them, shorter than the schedule's period."""


class Overtaken(BillingError):
    """The lease ran out and somebody else took the job."""


@dataclass(slots=True)
class Job:
    """A job that is ours to go on with."""

    name: str
    lease: str
    progress: Progress
    """As last saved; empty for a job that was never begun, or is finished."""

    def save(self, progress: Progress) -> None:
        """Also prolongs the lease. Raises `Overtaken`."""
        if _update(self.name, [Item.progress.set(progress), Item.lease_until.set(_end())], Item.lease == self.lease) is None:
            raise Overtaken(self.name)
        self.progress = progress

    def finish(self, result: Progress | None = None) -> None:
        """Forgets the progress: the next time it is begun anew. Until then a result is kept (`ended_of`). Raises `Overtaken`."""
        kept = [Item.ended.set(result)] if result else []
        if _update(self.name, [Item.progress.remove(), *kept], Item.lease == self.lease) is None:
            raise Overtaken(self.name)
        self.progress = {}

    def release(self) -> None:
        """Lets the next run begin before the lease is over."""
        _update(self.name, [Item.lease.remove(), Item.lease_until.remove()], Item.lease == self.lease)


def take(name: str) -> Job | None:
    """The job with its progress, for us alone until we release it or go silent; None while somebody else is at it."""
    lease = uuid.uuid4().hex
    free = Item.lease.does_not_exist() | (Item.lease_until < int(time.time()))
    item = _update(name, [Item.lease.set(lease), Item.lease_until.set(_end())], free)
    return None if item is None else Job(name, lease, _progress(item))


def begin(name: str, progress: Progress, anew: bool = False) -> bool:
    """Sets a job's first progress. False when it is under way already: it then goes on as it was, unless `anew`."""
    idle = Item.progress.does_not_exist()
    return _update(name, [Item.progress.set(progress)], (idle | Item.pk.exists()) if anew else idle) is not None


def under_way(name: str) -> bool:
    """Whether a job has been begun and not been finished."""
    return bool(progress_of(name))


def progress_of(name: str) -> Progress:
    """As last saved, by whoever is at it; empty for a job that was never begun, or is finished."""
    item = _read(name)
    return _progress(item) if item else {}


def ended_of(name: str) -> Progress:
    """The result of the last one that was finished; empty if none was, or it left none."""
    item = _read(name)
    return cast(Progress, cast(Any, item.ended).as_dict()) if item and item.ended else {}


def _read(name: str) -> Item | None:
    try:
        return Item.get(job_pk(name), consistent_read=True)
    except DoesNotExist:
        return None


def _end() -> int:
    return int(time.time()) + LEASE_SECONDS


def _progress(item: Item) -> Progress:
    return cast(Progress, cast(Any, item.progress).as_dict() if item.progress else {})


def _update(name: str, actions: list[Any], condition: Condition) -> Item | None:
    item = Item(job_pk(name))
    try:
        item.update(actions, condition=condition)
    except UpdateError as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            return None
        raise
    return item
