"""In sam's place: writes down how it was called, and makes the stack in moto with the outputs that `outputs.json` beside it says.

Started as a process with the command line and the environment that the real one would get. No SDK: it would take a second to import.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(sys.argv[0]).parent
"""A folder of the test's: this file is copied into it."""
_PAIR = re.compile(r'(\w+)="((?:\\.|[^"\\])*)"')


def main() -> int:
    arguments = sys.argv[1:]
    with (HERE / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps(arguments) + "\n")
    if (refusal := HERE / "fail").exists() and refusal.read_text() == arguments[0]:
        print("Error: Requires capabilities : [CAPABILITY_NAMED_IAM]")
        return 1
    given = {}
    for each in arguments[arguments.index("--parameter-overrides") + 1 :]:
        pair = _PAIR.fullmatch(each)
        assert pair, each
        given[pair[1]] = re.sub(r"\\(.)", r"\1", pair[2])
    return build() if arguments[0] == "build" else deploy(given)


def build() -> int:
    folder = Path(".aws-sam", "build")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "template.yaml").write_bytes(Path("template.yaml").read_bytes())
    return 0


def deploy(given: dict[str, str]) -> int:
    name = f"recur-{given['Stage']}"
    outputs = json.loads((HERE / "outputs.json").read_text())
    body = json.dumps(
        {
            "Parameters": {key: {"Type": "String"} for key in given},
            "Resources": {"SiteBucket": {"Type": "AWS::S3::Bucket"}},
            "Outputs": {key: {"Value": value} for key, value in outputs.items()} | {"SiteBucketName": {"Value": {"Ref": "SiteBucket"}}},
        }
    )
    parameters: dict[str, str] = {}
    for index, (key, value) in enumerate(given.items(), 1):
        parameters |= {f"Parameters.member.{index}.ParameterKey": key, f"Parameters.member.{index}.ParameterValue": value}
    action = "UpdateStack" if (there := call("DescribeStacks", StackName=name)) else "CreateStack"
    if there and f"<ParameterValue>{given['Release']}</ParameterValue>" in there:
        print("No changes to deploy. Stack is up to date.")
        return 0
    assert call(action, StackName=name, TemplateBody=body, **parameters)
    return 0


def call(action: str, **fields: str) -> str | None:
    """CloudFormation's Query API; None for a refusal."""
    body = urllib.parse.urlencode({"Action": action, "Version": "2010-05-15", **fields}).encode()
    scope = f"{os.environ['AWS_ACCESS_KEY_ID']}/20261122/{os.environ['AWS_REGION']}/cloudformation/aws4_request"
    headers = {"authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}
    try:
        with urllib.request.urlopen(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, headers), timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code == 400:
            return None
        raise


if __name__ == "__main__":
    sys.exit(main())
