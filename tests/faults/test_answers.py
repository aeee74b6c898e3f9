"""Rows F01 to F15 and S01: what a provider answers wrongly, through HTTP and MQTT into the database."""

from collections.abc import Callable

import pytest
from tests.faults.stage import Seen, World, play_all

from touchline.embedded.postgres import Postgres

WORLDS = {"honest": World()}


@pytest.fixture(scope="module")
def seen(postgres: Postgres) -> Callable[[str], Seen]:
    """What each world left."""
    return play_all(postgres, WORLDS)


def test_without_a_fault_every_match_ends_as_its_timeline(seen: Callable[[str], Seen]) -> None:
    assert seen("honest").wrong() == []
