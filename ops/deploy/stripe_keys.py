"""Stripe's keys of a stage: from the environment at the first deployment, from SSM ever after.

STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY; and STRIPE_DEPLOY_KEY where the functions' key is a restricted one that may write neither the
catalogue nor webhook endpoints. A key is never an argument, which `ps` would show.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ops import keys
from ops.deploy.stopped import Stopped
from ops.parameters import Name, Parameters
from ops.program import typed

VARIABLES: dict[Name, str] = {
    "secret-key": "STRIPE_SECRET_KEY",
    "publishable-key": "STRIPE_PUBLISHABLE_KEY",
    "deploy-key": "STRIPE_DEPLOY_KEY",
}


@dataclass(frozen=True)
class Keys:
    secret: str = field(repr=False)
    publishable: str
    deploy: str | None = field(repr=False)
    unstored: dict[Name, str] = field(repr=False)
    """What is still to be put into SSM."""

    @property
    def for_deploying(self) -> str:
        return self.deploy or self.secret


def resolve(stage: str, parameters: Parameters, environment: Mapping[str, str]) -> Keys:
    """Raises `Stopped` for a key that is missing, of another stage or account, or another than the stored one."""
    found: dict[Name, str] = {}
    unstored: dict[Name, str] = {}
    for name, variable in VARIABLES.items():
        given, stored = environment.get(variable, "").strip(), parameters.get(name)
        if given and stored and given != stored:
            words = f"{variable} is not the key that {stage} has in SSM ({parameters.path(name)}). Unset it to go on with the stored one."
            raise Stopped(f"{words} {replacing(stage, variable)}")
        if value := given or stored:
            found[name] = value
            if value != stored:
                unstored[name] = value
        elif name != "deploy-key":
            raise Stopped(f"{stage} has no Stripe key yet: set {variable} for this first deployment. It is then kept in SSM.")
    check_agreement(stage, found["secret-key"], found["publishable-key"], found.get("deploy-key"))
    return Keys(found["secret-key"], found["publishable-key"], found.get("deploy-key"), unstored)


def replacing(stage: str, variable: str) -> str:
    """How a stored key is replaced."""
    name: Name = next(name for name, each in VARIABLES.items() if each == variable)
    return f"To replace it: {setting(stage, name)}"


def setting(stage: str, name: Name) -> str:
    """The command that stores a key."""
    return typed(f"secrets set {'stripe-key' if name == 'secret-key' else name}", f"--stage {stage}")


def check_agreement(stage: str, secret: str, publishable: str, deploy: str | None = None) -> None:
    """All of this stage's mode, each of its kind, all of one account. Raises `Stopped`; the message holds no key."""
    for variable, value in (("STRIPE_SECRET_KEY", secret), ("STRIPE_DEPLOY_KEY", deploy)):
        if value is not None:
            try:
                keys.check(value, stage)
            except keys.WrongKey as error:
                raise Stopped(f"{variable}: {error}") from None
    try:
        public = keys.described(publishable)
    except keys.WrongKey as error:
        raise Stopped(f"STRIPE_PUBLISHABLE_KEY: {error}") from None
    if public.kind != "publishable":
        raise Stopped(
            f"STRIPE_PUBLISHABLE_KEY is a {public.kind} key. It would be public: roll it in the Dashboard if it was used so before."
        )
    if public.mode != keys.mode_of_stage(stage):
        raise Stopped(f"STRIPE_PUBLISHABLE_KEY is a {public.mode} key, and {stage} takes {keys.mode_of_stage(stage)} keys only.")
    accounts = {account for value in (secret, publishable, deploy) if value and (account := keys.account(value))}
    if len(accounts) > 1:
        raise Stopped("Stripe's keys are of different accounts. Copy them from one page of the Dashboard: Developers, API keys.")
