"""samconfig.toml and the template agree on the stages."""

import tomllib

import yaml

from tests.template.sam_cli import ROOT, TEMPLATE


class Template(yaml.SafeLoader):
    """Reads a template without resolving its functions (!Ref and the like)."""


Template.add_multi_constructor("!", lambda loader, suffix, node: None)

PARAMETERS = yaml.load(TEMPLATE.read_text(), Template)["Parameters"]
CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())


def test_each_stage_has_a_stack_of_its_own() -> None:
    deploy = {name: section["deploy"]["parameters"] for name, section in CONFIG.items() if name not in ("version", "default")}
    assert list(deploy) == PARAMETERS["Stage"]["AllowedValues"]
    for stage, parameters in deploy.items():
        assert parameters["stack_name"] == parameters["s3_prefix"] == f"recur-{stage}"
        overrides = dict(override.split("=", 1) for override in parameters["parameter_overrides"].split())
        assert overrides["Stage"] == stage
        assert overrides.keys() <= PARAMETERS.keys()
        assert parameters["capabilities"] == "CAPABILITY_IAM"


def test_nobody_deploys_to_a_stage_they_did_not_name() -> None:
    assert "deploy" not in CONFIG["default"]


def test_production_is_asked_about_first() -> None:
    assert CONFIG["prod"]["deploy"]["parameters"]["confirm_changeset"] is True


def test_a_layer_is_never_taken_from_sams_cache() -> None:
    """The cache looks at the layer's folder alone: after a change of uv.lock it would deploy yesterday's packages."""
    assert "cached" not in CONFIG["default"]["build"]["parameters"]
