"""`sam build`, and the stack made or updated with it.

CORS allows the site's origin alone, and without a domain of the user's own CloudFront chooses that origin. So the very first deployment
has two passes: one without CORS, which makes the distribution, and one that names it. After that the stack says what it is.
"""

from ops.deploy import alarms, sam
from ops.deploy.release_hash import release_hash
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target

BUILD = ".aws-sam/build"


def build(target: Target) -> list[str]:
    sam.build(target, target.overrides.values)
    return [BUILD]


def run(target: Target) -> list[str]:
    """Raises `Stopped`."""
    target.refresh()
    words: list[str] = []
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
    return words


def preview(target: Target) -> list[str]:
    now, then = deployed(target), parameters(target)
    if target.stack is None:
        return [f"make the stack {target.stack_name}"] + (
            [] if then["SiteUrl"] or then["SiteDomainName"] else ["again, with its own address"]
        )
    changed = [
        f"{name}: {now.get(name, '')!r} → {then[name]!r}" for name in sorted(then) if name != "Release" and then[name] != now.get(name)
    ]
    return [f"update the stack {target.stack_name} if what is built differs", *changed]


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
