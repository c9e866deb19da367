"""Ports from the environment, free ones, and taken ones."""

import os
import random
from pathlib import Path

import pytest

from local.http_server import listen
from local.ports import HOST, Ports, PortTaken, reserve


def test_defaults_and_variables() -> None:
    assert Ports.from_environment({}) == Ports(site=3000, api=3001, webhook=3002, stripe=12111, aws=4566)
    assert Ports.from_environment({"API_PORT": "8080", "SITE_PORT": ""}).api == 8080


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "80 81"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError, match=f"WEBHOOK_PORT={text} is not a port"):
        Ports.from_environment({"WEBHOOK_PORT": text})


def test_free_ports_can_be_had() -> None:
    ports = Ports.free()
    numbers = {ports.site, ports.api, ports.webhook, ports.stripe, ports.aws}
    assert len(numbers) == 5
    for number in numbers:
        reserve(number, "site").close()


def test_no_two_are_given_the_same_free_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Ports.free()
    offered, choose = [first.site, first.site], random.choice
    monkeypatch.setattr("random.choice", lambda bases: offered.pop() if offered else choose(bases))
    assert Ports.free().site != first.site
    assert offered == []


@pytest.mark.parametrize("address", [HOST, "0.0.0.0"])
def test_a_taken_port_names_its_variable_and_its_holder(address: str) -> None:
    port = Ports.free().api
    holder = listen(address, port)
    with pytest.raises(PortTaken) as caught:
        reserve(port, "api")
    holder.close()
    message = str(caught.value)
    assert f"port {port} (API_PORT) is taken" in message
    assert "\n" not in message
    if Path("/proc/net/tcp").exists():
        assert f"(pid {os.getpid()})" in message
