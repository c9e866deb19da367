"""Where a stage is in AWS: the profile and the region, for every command alike.

samconfig.toml's `[STAGE.deploy.parameters]` decides (`profile`, `region`), as it does for `sam deploy`. What it leaves open is the
environment's, as for every AWS tool, and so is all of it where no stage is named.
"""

import os
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from ops.deploy.stopped import Stopped
from ops.screen import warn

ROOT = Path(__file__).parents[1]
NO_REGION = "No AWS region is set: set AWS_REGION, or AWS_PROFILE to a profile that names one."
_REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PROFILE = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


class NotSetUp(Exception):
    """It is not known which deployment, or there is none; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    profile: str | None
    region: str | None
    """Neither: what AWS's tools find by themselves."""
    overruled: tuple[str, ...] = ()
    """What the environment says otherwise: the variables, each with its value unless it is a key."""

    def session(self) -> Any:
        """boto3's; its region may still be None. Tells whoever looks what of the environment is not followed."""
        if self.overruled:
            named = " and ".join(f"{name} {value}" for name, value in (("profile", self.profile), ("region", self.region)) if value)
            warn(f"samconfig.toml says {named} for this stage, and goes before the environment's {', '.join(self.overruled)}.")
        return boto3.Session(profile_name=self.profile, region_name=self.region)


def settings_of(project: Path, stage: str) -> dict[str, Any]:
    """samconfig.toml's `[STAGE.deploy.parameters]`. Raises `Stopped`."""
    try:
        return tomllib.loads((project / "samconfig.toml").read_text())[stage]["deploy"]["parameters"]
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Stopped(f"samconfig.toml cannot be read: {error}") from None
    except KeyError:
        raise Stopped(f"samconfig.toml has no section [{stage}.deploy.parameters]. Add one like those of the other stages.") from None


def place(settings: Mapping[str, Any], environment: Mapping[str, str]) -> Place:
    """`settings` as samconfig.toml has them. A profile that it names goes before keys in the environment too, as in sam."""
    profile, region = settings.get("profile"), settings.get("region")
    given = {name: environment[name] for name in (*_PROFILE, *_KEYS, *_REGION) if environment.get(name)}
    overruled = [f"{name}={given[name]}" for name in _PROFILE if profile and given.get(name, profile) != profile]
    overruled += [name for name in _KEYS if profile and name in given]
    overruled += [f"{name}={given[name]}" for name in _REGION if region and given.get(name, region) != region]
    return Place(profile, region or next((given[name] for name in _REGION if name in given), None), tuple(overruled))


def session_of(stage: str | None, environment: Mapping[str, str] = os.environ, *, profile: str | None = None) -> Any:
    """A boto3 session where the stage is; with `profile` as that one sees it, whatever samconfig.toml and the environment say.

    Raises `NotSetUp` when no region is set, `Stopped` for a samconfig.toml that makes no sense.
    """
    made = _place_of(stage, environment, profile).session()
    if not made.region_name:
        raise NotSetUp(NO_REGION)
    return made


def enter(stage: str | None, environment: MutableMapping[str, str]) -> Any:
    """`session_of`, after which the environment leads there too: by it the layer's code and boto3's own session find AWS."""
    there, made = _place_of(stage, environment), session_of(stage, environment)
    if there.profile:
        for name in _KEYS:
            environment.pop(name, None)
        environment["AWS_PROFILE"] = there.profile
    # The latter is the only one that botocore and pynamodb know.
    environment.update(dict.fromkeys(_REGION, made.region_name))
    return made


def _place_of(stage: str | None, environment: Mapping[str, str], profile: str | None = None) -> Place:
    settings = settings_of(ROOT, stage) if stage else {}
    if profile is None:
        return place(settings, environment)
    return replace(place(settings | {"profile": None}, environment), profile=profile, overruled=())
