"""Before anything is changed: tools, AWS, the stack's state and alarms, Stripe's keys and what they may do, and the catalogue."""

import shutil

import stripe
from botocore.exceptions import BotoCoreError, ClientError

from ops import keys, webhooks
from ops.deploy import alarms, catalogue, permissions, stripe_keys
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target


def run(target: Target) -> list[str]:
    """Raises `Stopped` for the first thing that is not as it must be, or that nobody agrees to."""
    seen = look(target)
    catalogue.check(target)
    return seen


def look(target: Target) -> list[str]:
    """The same, asking nothing."""
    check_tools(target)
    account = check_aws(target)
    check_stack(target)
    alarms.check(target)
    check_stripe(target)
    check_endpoints(target)
    mode = keys.mode_of_stage(target.stage)
    return [f"{target.stack_name} in AWS account {account}, {target.region}; Stripe in {mode} mode, {target.release.api_version}"]


def check_tools(target: Target) -> None:
    if not shutil.which(target.sam, path=target.environment.get("PATH")) and not (target.project / target.sam).is_file():
        raise Stopped(f"There is no {target.sam}. `{target.again}` makes it; started by hand, `make build` does.")
    site = target.project / "static_site" / "index.html"
    if not site.is_file():
        raise Stopped(f"There is no {site.relative_to(target.project)}: is {target.project} a complete clone?")


def check_aws(target: Target) -> str:
    """The account's number."""
    try:
        return target.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise Stopped(f"AWS does not know who you are ({error}). Sign in (docs/deploy.md, Before the first time) and try again.") from None


def check_stack(target: Target) -> None:
    """One that never came to be (`stack.STILLBORN`) is in nobody's way: the step `stack` deletes it."""
    status = (target.stack or {}).get("StackStatus", "")
    if status == "DELETE_FAILED":
        raise Stopped(
            f"The stack {target.stack_name} is {status} and cannot be updated. Its events in CloudFormation say why it failed; "
            f"then: make destroy STAGE={target.stage}"
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        raise Stopped(
            f"The stack {target.stack_name} is {status}: choose “Continue update rollback” in CloudFormation, then {target.again}"
        )
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        raise Stopped(
            f"The stack {target.stack_name} is {status}: somebody else deploys it, or what was cut off still goes on. Wait until that has "
            f"ended, then {target.again}"
        )


def check_stripe(target: Target) -> None:
    """The keys work and may do what is asked of them."""
    found = target.keys
    asked: list[tuple[str, str, dict[str, permissions.Probe]]] = [
        ("STRIPE_SECRET_KEY", found.secret, permissions.FOR_FUNCTIONS | ({} if found.deploy else permissions.FOR_DEPLOYING))
    ]
    if found.deploy:
        asked.append(("STRIPE_DEPLOY_KEY", found.deploy, permissions.FOR_DEPLOYING))
    for variable, key, wanted in asked:
        if keys.described(key).kind == "secret":
            wanted = dict(list(wanted.items())[:1])  # it may do everything; one call shows that Stripe knows it
        try:
            lacking = permissions.missing(target.stripe_client(key), wanted)
        except stripe.AuthenticationError:
            raise Stopped(f"Stripe does not know the key in {variable} (or it was rolled). {_replacing(target, variable)}") from None
        if lacking:
            raise Stopped(
                f"The restricted key in {variable} lacks {'; '.join(lacking)}. Give it these in the Dashboard (Developers, API keys), "
                "or give the rights to deploy to a key of its own, STRIPE_DEPLOY_KEY."
            )
    _check_publishable(target)


def _check_publishable(target: Target) -> None:
    if not permissions.known(target.stripe_client(target.keys.publishable)):
        words = _replacing(target, "STRIPE_PUBLISHABLE_KEY")
        raise Stopped(f"Stripe does not know the key in STRIPE_PUBLISHABLE_KEY. {words}")


def _replacing(target: Target, variable: str) -> str:
    return stripe_keys.replacing(target.stage, variable)


def check_endpoints(target: Target) -> None:
    """Two deployments of one stage in one Stripe account would take away each other's endpoint, and each other's customers."""
    ours, stored = target.outputs.get("WebhookUrl"), target.parameters.webhook_secrets()
    for endpoint in webhooks.endpoints(target.stripe, target.stage):
        if endpoint.url != ours and not webhooks.own_secrets(endpoint, stored) and endpoint.status == "enabled":
            raise Stopped(
                f"In this Stripe account {endpoint.id} serves another deployment of {target.stage}, at {endpoint.url}. An account (or a "
                f"sandbox) has room for one of each stage: use a sandbox of your own, or delete that endpoint if its deployment is gone."
            )
