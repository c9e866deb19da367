"""A deferred module is loaded when something of it is used, once, also by several threads and by way of a module in it."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from billing import lazy

SOURCE = "import sys\nsys.loads = getattr(sys, 'loads', 0) + 1\nVALUE = 1\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "idler").mkdir()
    (tmp_path / "idler" / "__init__.py").write_text(SOURCE)
    (tmp_path / "idler" / "child.py").write_text("import idler\nVALUE = idler.VALUE + 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "loads", 0, raising=False)
    lazy.defer("idler")
    yield "idler"
    for name in ("idler", "idler.child"):
        sys.modules.pop(name, None)


def loads() -> int:
    return getattr(sys, "loads")  # noqa: B009 - set by the module under test


def test_an_import_alone_loads_nothing(package: str) -> None:
    for _ in range(2):
        __import__(package)
    assert loads() == 0


def test_the_first_use_loads_it_once(package: str) -> None:
    module = __import__(package)
    assert (module.VALUE, module.VALUE) == (1, 1)
    assert loads() == 1


def test_a_module_in_it_finds_it_whole(package: str) -> None:
    from importlib import import_module

    assert import_module(f"{package}.child").VALUE == 2
    assert loads() == 1


def test_a_name_that_is_not_there_is_an_attribute_error(package: str) -> None:
    module = __import__(package)
    for _ in range(2):
        with pytest.raises(AttributeError, match="nothing"):
            module.nothing  # noqa: B018


def test_threads_load_it_once(package: str) -> None:
    module = __import__(package)
    seen: list[int] = []
    start = threading.Barrier(8)

    def use() -> None:
        start.wait()
        seen.append(module.VALUE)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 8
    assert loads() == 1


def test_what_is_loaded_stays_and_what_is_not_there_is_left_alone() -> None:
    lazy.defer("json", "no_such_module_anywhere")
    assert "loads" in vars(sys.modules["json"])
    assert "no_such_module_anywhere" not in sys.modules
