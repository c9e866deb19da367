"""The template's parameters on their way to sam, and the hash over all that is deployed."""

from pathlib import Path

import pytest

from ops.deploy.overrides import Overrides, argument, parse
from ops.deploy.release_hash import release_hash
from ops.deploy.stopped import Stopped

TEMPLATE = """
Parameters:
  Stage: { Type: String, Default: dev }
  SiteUrl: { Type: String, Default: "" }
  Days: { Type: Number, Default: 14 }
"""
CONFIG = """
[dev.deploy.parameters]
stack_name = "recur-dev"
parameter_overrides = "Stage=dev %s"
"""


def read(folder: Path, given: str = "", template: str = TEMPLATE) -> Overrides:
    (folder / "template.yaml").write_text(template)
    (folder / "samconfig.toml").write_text(CONFIG % given)
    return Overrides.read(folder, "dev")


def test_defaults_and_what_samconfig_says_over_them(tmp_path: Path) -> None:
    found = read(tmp_path, "SiteUrl=https://app.example")
    assert found.values == {"Stage": "dev", "SiteUrl": "https://app.example", "Days": "14"}


def test_a_new_default_arrives_without_an_override(tmp_path: Path) -> None:
    assert read(tmp_path).values["Days"] == "14"
    assert read(tmp_path, template=TEMPLATE.replace("14", "7")).values["Days"] == "7"


def test_a_parameter_that_nobody_gives(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"template.yaml wants Email. Set it in samconfig.toml's \[dev.deploy.parameters\]"):
        read(tmp_path, template=f"{TEMPLATE}  Email: {{ Type: String }}\n")


@pytest.mark.parametrize(
    "written",
    [
        "Stage=dev Schedule='rate(5 minutes)'",
        'Stage=dev Schedule="rate(5 minutes)"',
        ["Stage=dev", "Schedule='rate(5 minutes)'"],
        'ParameterKey=Stage,ParameterValue=dev ParameterKey=Schedule,ParameterValue="rate(5 minutes)"',
    ],
)
def test_sams_ways_of_writing_them(written: str | list[str]) -> None:
    assert parse(written) == {"Stage": "dev", "Schedule": "rate(5 minutes)"}


@pytest.mark.parametrize(("written", "complaint"), [("Stage", "'Stage'"), ('Stage="dev', "quotation")])
def test_what_is_neither(written: str, complaint: str) -> None:
    with pytest.raises(Stopped, match=complaint):
        parse(written)


def test_an_argument_may_hold_what_a_shell_would_split() -> None:
    assert argument("Schedule", "rate(5 minutes)") == 'Schedule="rate(5 minutes)"'
    assert argument("SiteUrl", "") == 'SiteUrl=""'


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / "Layer" / "python").mkdir(parents=True)
    (tmp_path / "Layer" / "python" / "a.py").write_text("1")
    (tmp_path / "template.yaml").write_text("Resources: {}")
    return tmp_path


def test_the_hash_is_of_what_is_deployed_and_of_nothing_else(build: Path) -> None:
    values = {"Stage": "dev", "SiteUrl": "", "Release": "before"}
    first = release_hash(build, values)
    assert len(first) == 64
    assert release_hash(build, values | {"Release": "after"}) == first
    assert release_hash(build, dict(reversed(values.items()))) == first
    (build / "Layer" / "python" / "a.py").touch()
    assert release_hash(build, values) == first


def test_any_change_is_another_hash(build: Path) -> None:
    values = {"Stage": "dev", "SiteUrl": ""}
    layer, seen = build / "Layer" / "python", [release_hash(build, values)]
    for change in (
        lambda: (layer / "a.py").write_text("2"),
        lambda: (layer / "a.py").rename(layer / "b.py"),
        lambda: (layer / "c.py").write_text(""),
        lambda: (build / "template.yaml").write_text("Resources: {A: {}}"),
        lambda: values.update(SiteUrl="https://app.example"),
        lambda: values.update(StageSiteUrl=values.pop("SiteUrl")),
    ):
        change()
        seen.append(release_hash(build, values))
    assert len(set(seen)) == len(seen)
