"""What may go wrong with a delivery, drawn from a seeded source so that a bad run can be repeated."""

import random
from dataclasses import asdict, dataclass, fields


@dataclass(slots=True)
class DeliveryFaults:
    """Rates are 0–1; delays are real seconds. Types empty: every event."""

    seed: int = 0
    drop: float = 0.0
    """Never sent, and counted as delivered by nobody: the loss that only a reconcile heals."""
    duplicate: float = 0.0
    """Sent twice, the second time as its own delivery."""
    reorder: float = 0.0
    """Held back until `reorder_within` later events have passed, or the queue is empty."""
    reorder_within: int = 3
    delay: float = 0.0
    """Each delivery waits a random time up to this."""
    types: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, given: dict) -> "DeliveryFaults":
        """Raises ValueError for an unknown name."""
        known = {entry.name for entry in fields(cls)}
        unknown = set(given) - known
        if unknown:
            raise ValueError(f"unknown fault {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
        return cls(**{**given, "types": tuple(given.get("types", ()))})

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass(slots=True)
class Fate:
    """What one delivery is in for."""

    drop: bool = False
    duplicate: bool = False
    delay: float = 0.0
    behind: int = 0


class Dice:
    """Decides fates in the order deliveries are made, hence the same for the same seed."""

    def __init__(self, faults: DeliveryFaults):
        self.faults = faults
        self._random = random.Random(faults.seed)

    def fate(self, event_type: str) -> Fate:
        faults = self.faults
        if faults.types and event_type not in faults.types:
            return Fate()
        draw = self._random.random
        return Fate(
            drop=draw() < faults.drop,
            duplicate=draw() < faults.duplicate,
            behind=self._random.randint(1, max(1, faults.reorder_within)) if draw() < faults.reorder else 0,
            delay=draw() * faults.delay,
        )
