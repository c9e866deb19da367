"""What is seen of a step while it runs, and when somebody stops in it."""

import sys
from collections.abc import Callable

import pytest

from ops.deploy.steps import DEPLOY, DESTROY, Step, perform
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target


def step(name: str, run: Callable[[], list[str]], cut_off: str = "") -> Step:
    return Step(name, lambda target: run(), lambda target: [], cut_off=cut_off)


def test_off_a_terminal_a_step_is_named_when_it_begins(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    seen: list[str] = []

    def look() -> list[str]:
        seen.append(capsys.readouterr().out)
        return ["done"]

    perform([step("build", look), step("stack", look)], Target("dev"))
    assert seen[0] == "… build\n"
    assert seen[1].splitlines()[0].startswith("✓ build")
    assert seen[1].splitlines()[1:] == ["… stack"]


def test_at_a_terminal_the_line_counts_instead(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    perform([step("build", list)], Target("dev"))
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [["✓", "build"]]


def interrupted() -> list[str]:
    raise KeyboardInterrupt


def test_whoever_stops_hears_where_and_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Stopped) as stopped:
        perform([step("stack", interrupted, "It goes on. "), step("site", list)], Target("prod"))
    assert str(stopped.value) == "stack: stopped by you. It goes on. To go on from here: make deploy STAGE=prod"
    assert "✗ stack" in capsys.readouterr().out


@pytest.mark.parametrize("steps", [DEPLOY, DESTROY])
def test_what_cloudformation_has_begun_goes_on_without_us(steps: tuple[Step, ...]) -> None:
    assert [each.name for each in steps if "CloudFormation" in each.cut_off] == ["stack"]
