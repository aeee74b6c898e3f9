"""The embedded Valkey."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import valkey

from touchline.embedded.valkey import Valkey


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    made = Valkey(tmp_path / "valkey")
    made.start()
    yield made
    made.stop()


def test_what_it_holds_survives_a_restart(server: Valkey) -> None:
    with valkey.from_url(server.url) as client:
        client.set("limit", "7")

    server.stop()
    server.start()

    with valkey.from_url(server.url) as client:
        assert client.get("limit") == b"7"


def test_a_killed_server_starts_again(server: Valkey) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)

    server.start()

    assert server.ready()


def test_it_holds_no_more_than_its_share_and_listens_on_no_network(server: Valkey) -> None:
    with valkey.from_url(server.url) as client:
        shown = client.config_get("maxmemory", "maxmemory-policy", "port")

    assert shown == {"maxmemory": str(64 * 1024 * 1024), "maxmemory-policy": "allkeys-lru", "port": "0"}


def test_a_stopped_server_is_not_ready(server: Valkey) -> None:
    server.stop()

    assert not server.ready()
