"""What `sam local` is told so that it uses a local stack; that it then does needs Docker: tests/sam."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.sam.beside import options_beside


def test_functions_find_the_stack_from_inside_a_container(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Globals:\n  Variables:\n    STAGE: dev\n    OTHER: 1\n")
    function = SimpleNamespace(logical_id="AccountFunction", environment={"STRIPE_API_BASE": "http://127.0.0.1:1", "STAGE": "dev"})
    stack: Any = SimpleNamespace(ports=SimpleNamespace(aws=2), template=SimpleNamespace(functions=[function]))
    options = options_beside(stack, "172.17.0.1", template, tmp_path)
    variables = json.loads(Path(options[options.index("--env-vars") + 1]).read_text())
    found = {"STRIPE_API_BASE": "http://172.17.0.1:1", "STAGE": "dev", "AWS_ENDPOINT_URL": "http://172.17.0.1:2"}
    assert variables == {"AccountFunction": found}
    # sam passes on what the template declares, and nothing else.
    assert template.read_text() == 'Globals:\n  Variables:\n    AWS_ENDPOINT_URL: ""\n    STAGE: dev\n    OTHER: 1\n'
