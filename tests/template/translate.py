"""Prints template.yaml as CloudFormation gets it, in JSON: `.venv-sam/bin/python translate.py template.yaml Stage=prod …`.

Runs on sam's own Python environment, with sam's own translator: what `sam deploy` would hand over, without an AWS account.
"""

# pyright: reportMissingImports=false
# (checked with .venv, run by .venv-sam, which alone has sam)

import json
import sys

from samcli.lib.translate import sam_template_validator
from samcli.yamlhelper import yaml_parse

# It writes YAML, twice, which would be read again here: that is most of the time.
sam_template_validator.yaml_dump = lambda template: template


class NoManagedPolicies:
    """In place of IAM's list of AWS's managed policies, which names no policy this project uses."""

    def load(self) -> dict[str, str]:
        return {}


def translate(path: str, parameters: dict[str, str]) -> dict:
    with open(path) as template:
        validator = sam_template_validator.SamTemplateValidator(
            yaml_parse(template.read()), NoManagedPolicies(), None, "us-east-1", parameters
        )
    return validator.get_translated_template_if_valid()


if __name__ == "__main__":
    given = dict(argument.split("=", 1) for argument in sys.argv[2:])
    print(json.dumps(translate(sys.argv[1], given)))
