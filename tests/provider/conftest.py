"""What the provider's tests may ask for."""

from collections.abc import AsyncIterator, Iterator

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict
from tests.provider.server import Provider


@pytest.fixture(autouse=True)
def events() -> Iterator[list[EventDict]]:
    """Every event that is logged, with its fields and its `log_level`."""
    with capture_logs() as logged:
        yield logged


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """A provider that answers as it is told."""
    async with Provider() as running:
        yield running
