"""Ingest put together: everything real but the provider and the clock."""

from collections.abc import Callable

import pytest
from tests.ingest.house import House

from touchline.store.db import Database


@pytest.fixture
def house(database: Database) -> House:
    """An ingest of its own on the test's database, at football time T."""
    return House(database)


@pytest.fixture
def another(database: Database) -> Callable[[], House]:
    """Makes a further ingest on the same database: another process, or the same after a restart."""
    return lambda: House(database, name="other")
