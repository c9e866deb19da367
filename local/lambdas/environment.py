"""The environment a worker gets: the template's variables and what Lambda sets, nothing of the host's.

Source of the list: Lambda developer guide, "Defined runtime environment variables".
"""

import datetime
import os
import uuid
from dataclasses import dataclass

from local.template import Function

REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """URLs that functions call."""

    aws: str
    invoke: str | None
    """Lambda's own API."""


def environment(function: Function, *, endpoints: Endpoints, runtime_api: str) -> dict[str, str]:
    """`runtime_api` is `host:port`."""
    today = datetime.datetime.now(datetime.UTC).strftime("%Y/%m/%d")
    variables = {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": os.pathsep.join([str(function.code), *(str(layer.content) for layer in function.layers)]),
        "LAMBDA_TASK_ROOT": str(function.code),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{today}/[$LATEST]{uuid.uuid4().hex}",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # Any credentials do for moto; real ones must not come near. The key says who calls (`local.aws.roles`).
        "AWS_ACCESS_KEY_ID": function.logical_id,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "local",
        "AWS_ENDPOINT_URL": endpoints.aws,
        # The host's own AWS settings must not show through.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # .venv has awscrt for the operator's commands, the layer has not: botocore signs here by the code that it signs with there.
        "BOTO_DISABLE_CRT": "true",
    }
    # JSON logs have a level even where the template names none (Lambda API reference, LoggingConfig).
    if level := function.log_level or ("INFO" if function.log_format == "JSON" else None):
        variables["AWS_LAMBDA_LOG_LEVEL"] = level
    if endpoints.invoke:
        variables["AWS_ENDPOINT_URL_LAMBDA"] = endpoints.invoke
    return variables | function.environment
