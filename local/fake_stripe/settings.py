"""What an account decides in Stripe's Dashboard, as far as subscriptions depend on it. Changed through `/_control/settings`."""

from dataclasses import asdict, dataclass, field, fields

DAY = 86_400
HOUR = 3_600
MINUTE = 60

# Stripe's recommended Smart Retries setting is 8 tries in 2 weeks; the days are ours (assumption dunning_days).
RETRY_DAYS = (1, 2, 4, 6, 8, 10, 12, 14)


@dataclass(slots=True)
class Settings:
    """All times in seconds."""

    retry_days: list[int] = field(default_factory=lambda: list(RETRY_DAYS))
    """When a failed renewal is tried again, in days after the first failure."""
    dunning_end: str = "cancel"
    """What becomes of the subscription after the last try: cancel, unpaid or leave (past_due)."""
    draft_seconds: int = HOUR
    """How long a renewal's invoice stays a draft."""
    upcoming_days: int = 7
    """How long before a renewal invoice.upcoming is sent."""
    debit_seconds: int = 3 * MINUTE
    """How long a bank debit takes to settle."""
    session_seconds: int = DAY
    incomplete_seconds: int = 23 * HOUR
    pending_update_seconds: int = 23 * HOUR
    payment_method_types: list[str] = field(default_factory=lambda: ["card", "sepa_debit", "au_becs_debit"])
    """What is switched on in the Dashboard; offered only in currencies that a method takes."""
    business_name: str = "Recur Test Shop"
    requests_per_second: int = 0
    """Above this, requests get 429; 0 switches the limit off (Stripe: 25/s in a sandbox, 100/s live)."""

    def change(self, given: dict) -> None:
        """Sets what is named. Raises ValueError, naming the field, for an unknown one or a value of another type."""
        known = {entry.name for entry in fields(self)}
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"unknown setting {name}; known: {', '.join(sorted(known))}")
            if type(value) is not type(getattr(self, name)):
                raise ValueError(f"setting {name} must be of type {type(getattr(self, name)).__name__}")
            if name == "dunning_end" and value not in ("cancel", "unpaid", "leave"):
                raise ValueError("dunning_end must be cancel, unpaid or leave")
            setattr(self, name, value)

    def as_dict(self) -> dict:
        return asdict(self)
