"""A watch beside an ingest, on the test's own database."""

import pytest
from tests.sla.yard import Yard

from touchline.store.db import Database


@pytest.fixture
def yard(database: Database) -> Yard:
    return Yard(database)
