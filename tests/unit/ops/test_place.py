"""Where a stage is in AWS: one answer for every command."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ops import aws
from ops.deploy.target import Target

Tell = Callable[..., tuple[int, str, str]]


def test_the_place_is_the_same_for_deploy(tmp_path: Path, samconfig: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text("[profile mine]\nregion = eu-north-1\n")
    (tmp_path / "template.yaml").write_text("Parameters:\n  Stage: { Type: String, Default: dev }\n")
    section = '[dev.deploy.parameters]\nstack_name = "recur-dev"\n'
    for given in ({}, {"region": "eu-central-1"}, {"profile": "mine"}, {"profile": "mine", "region": "eu-central-1"}):
        samconfig(dev=given)
        (tmp_path / "samconfig.toml").write_text(section + "\n".join(f'{name} = "{value}"' for name, value in given.items()))
        # What the profile says is for a profile without a region in the environment.
        environment = {} if given == {"profile": "mine"} else {"AWS_REGION": "us-east-1"}
        theirs, ours = aws.session_of("dev", environment), Target("dev", project=tmp_path, environment=environment).session
        assert (theirs.region_name, theirs.profile_name) == (ours.region_name, ours.profile_name)
        expected = given.get("region", "us-east-1" if environment else "eu-north-1")
        assert (theirs.region_name, theirs.profile_name) == (expected, given.get("profile", "default"))


def test_a_profile_of_samconfigs_goes_before_keys_in_the_environment(
    tmp_path: Path, samconfig: Callable[..., None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in `sam deploy`; what stayed in the environment would lead the layer's code to another account."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    (tmp_path / "config").write_text("[profile mine]\nregion = eu-north-1\n")
    samconfig(prod={"profile": "mine"})
    environment = {"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_PROFILE": "other"}
    aws.enter("prod", environment)
    assert environment == {"AWS_PROFILE": "mine", "AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1"}
    said = capsys.readouterr().err
    assert "AWS_PROFILE=other, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.\n" in said
    assert "AKIAOTHER" not in said


def test_a_samconfig_that_cannot_be_read_is_told(tell: Tell) -> None:
    (aws.ROOT / "samconfig.toml").write_text("[[dev")
    status, output, errors = tell("explain", "u2", "--stage", "dev")
    assert (status, output) == (1, "")
    assert errors.startswith("samconfig.toml cannot be read: ")
    assert "Traceback" not in errors
