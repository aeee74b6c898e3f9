"""A client of the provider's server in the tests, and what its log said."""

from collections.abc import Sequence

import pytest
from structlog.typing import EventDict
from tests.provider.clocks import JumpingClock
from tests.provider.server import Provider

from touchline.errors import ProviderError
from touchline.metrics import Metrics
from touchline.provider.budget import Budget
from touchline.provider.thesports.client import TheSports


def a_client(provider: Provider, clock: JumpingClock, timeout_ms: int = 5000) -> TheSports:
    settings = provider.settings.model_copy(update={"timeout_ms": timeout_ms})
    return TheSports(settings, clock, Metrics(), Budget(10_000, clock))


async def failing(client: TheSports) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await client.detail_live()
    return caught.value


def said(events: Sequence[EventDict], *names: str) -> list[EventDict]:
    return [event for event in events if event["event"] in names]
