"""`sam build`, and the stack made or updated with it.

CORS allows the site's origin alone, and without a domain of the user's own CloudFront chooses that origin. So the very first deployment
has two passes: one without CORS, which makes the distribution, and one that names it. After that the stack says what it is.
"""

from botocore.exceptions import WaiterError

from ops.deploy import alarms, sam, stack_events, versions
from ops.deploy.release_hash import release_hash
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target

BUILD = ".aws-sam/build"
STILLBORN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
"""States of a stack whose very first deployment failed: CloudFormation updates it no more, and nothing was ever in it."""
POLL_SECONDS, POLLS = 10, 270
"""A distribution alone takes some minutes to go."""


def build(target: Target) -> list[str]:
    sam.build(target, target.overrides.values)
    return [BUILD]


def run(target: Target) -> list[str]:
    """Raises `Stopped`."""
    target.refresh()
    words = delete_stillborn(target)
    for _ in range(2):
        values = parameters(target)
        values["Release"] = release_hash(target.project / BUILD, values)
        if deployed(target).get("Release") != values["Release"]:
            words.append(f"{target.stack_name} {'updated' if target.stack else 'made'}")
        sam.deploy(target, values)
        target.refresh()
        if deployed(target).get("Release") != values["Release"]:
            raise Stopped(f"The stack {target.stack_name} was not changed: the change set was not executed. To try again: {target.again}")
        if parameters(target)["SiteUrl"] == values["SiteUrl"]:
            break
    return [*words, *versions.tidy(target)]


def delete_stillborn(target: Target) -> list[str]:
    """Clears the way for another first deployment. What the roll-back could not delete, being protected, is named: it stays, empty."""
    if not _is_stillborn(target):
        return []
    resources = target.client("cloudformation").describe_stack_resources(StackName=target.stack_name)["StackResources"]
    left = [each for each in resources if each.get("ResourceStatus") == "DELETE_FAILED"]
    delete(target)
    target.refresh()
    return [
        f"deleted {target.stack_name}, whose first deployment had failed",
        *(
            f"keeps {each.get('PhysicalResourceId')} ({each.get('ResourceType')}) of it, empty and nobody's: delete it by hand"
            for each in left
        ),
    ]


def delete(target: Target) -> None:
    """Waits until it is gone. Raises `Stopped`, with what is in the way."""
    cloudformation, before = target.client("cloudformation"), stack_events.newest(target)
    cloudformation.delete_stack(StackName=target.stack_name)
    try:
        waiter = cloudformation.get_waiter("stack_delete_complete")
        name = (target.stack or {}).get("StackId", target.stack_name)
        waiter.wait(StackName=name, WaiterConfig={"Delay": POLL_SECONDS, "MaxAttempts": POLLS})
    except WaiterError:
        why = "".join(f"\n  {each}" for each in stack_events.causes(target, before))
        raise Stopped(
            f"CloudFormation could not delete all of {target.stack_name}. Its events name what is in the way. Then {target.again}{why}"
        ) from None


def _is_stillborn(target: Target) -> bool:
    return (target.stack or {}).get("StackStatus") in STILLBORN


def preview(target: Target) -> list[str]:
    now, then = deployed(target), parameters(target)
    if target.stack is None or _is_stillborn(target):
        gone = [f"delete the stack {target.stack_name}, whose first deployment failed"] if target.stack else []
        again = [] if then["SiteUrl"] or then["SiteDomainName"] else ["again, with its own address"]
        return [*gone, f"make the stack {target.stack_name}", *again]
    changed = [
        f"{name}: {now.get(name, '')!r} → {then[name]!r}" for name in sorted(then) if name != "Release" and then[name] != now.get(name)
    ]
    return [f"update the stack {target.stack_name} if what is built differs", *changed, *versions.preview(target)]


def parameters(target: Target) -> dict[str, str]:
    """All but Release: what samconfig.toml says, what this one deployment is to be like, and the site's address as the stack has it."""
    values = dict(target.overrides.values)
    if target.despite_alarms:
        values[alarms.PARAMETER] = "true"
    if not values["SiteUrl"] and not values["SiteDomainName"]:
        values["SiteUrl"] = target.outputs.get("SiteUrl", "")
    return values


def deployed(target: Target) -> dict[str, str]:
    """The stack's own parameters; empty when there is no stack."""
    return {each.get("ParameterKey", ""): each.get("ParameterValue", "") for each in (target.stack or {}).get("Parameters", [])}
