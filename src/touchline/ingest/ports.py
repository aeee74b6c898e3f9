"""What ingest needs of a provider, whatever its wire looks like."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

from touchline.ids import MatchId
from touchline.provider.port import (
    DeletedRead,
    FormRead,
    Kind,
    ProviderState,
    Reading,
    TablesRead,
    TeamCountersRead,
    UpdatesRead,
)

ReadPush = Callable[[bytes], Reading]
"""Reads one payload of the push channel; never raises, what it can't read is in `unreadable`."""


class Pull(Protocol):
    """The provider's answers. Every method raises ProviderError and nothing else."""

    @property
    def state(self) -> ProviderState:
        """How the provider stands towards us over HTTP."""

    async def detail_live(self) -> Reading:
        """Every match that changed in the last two hours."""

    async def recent_by_id(self, match_id: MatchId) -> Reading:
        """One match's record, if the provider has it."""

    async def recent_page(self, page: int) -> Reading:
        """One page of the match records of the last 30 days on."""

    async def recent_since(self, time: int, page: int) -> Reading:
        """Match records updated at or after `time`, oldest first."""

    async def diary(self, day: date, page: int) -> Reading:
        """One page of the fixtures of one day of the provider (UTC+8), with names."""

    async def live_history(self, match_id: MatchId) -> Reading:
        """One finished match: score, statistics, incidents, commentary."""

    async def trend_live(self) -> Reading:
        """How the pressure went, of every match in play."""

    async def trend_detail(self, match_id: MatchId) -> Reading:
        """How the pressure went in one match."""

    async def lineup(self, match_id: MatchId) -> Reading:
        """Who plays in one match."""

    async def half_stats(self, match_id: MatchId) -> Reading:
        """The statistics of each half of one match."""

    async def half_stats_list(self) -> Reading:
        """The statistics of the halves of every match that changed lately."""

    async def team_stats_list(self) -> TeamCountersRead:
        """What the teams did in every match that changed lately."""

    async def data_update(self) -> UpdatesRead:
        """What changed within two minutes besides the score."""

    async def deleted(self) -> DeletedRead:
        """The matches taken back within 24 hours."""

    async def tables_live(self) -> TablesRead:
        """The tables that changed lately."""

    async def season_tables(self, season_id: str) -> TablesRead:
        """The tables of one season."""

    async def analysis(self, match_id: MatchId) -> FormRead:
        """What came before one match."""

    async def compensation(self, page: int) -> FormRead:
        """A page of how often the teams of coming matches won, drew and lost."""

    async def catalogue(
        self,
        kind: Kind,
        *,
        page: int | None = None,
        time: int | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Reading:
        """Named things of one kind: by page, updated since a time, or one by its id."""


class PushFrame(Protocol):
    """One message of the push channel, as it came."""

    @property
    def payload(self) -> bytes: ...

    @property
    def connection_id(self) -> str: ...

    @property
    def received_at_ms(self) -> int: ...


class Push(Protocol):
    """The provider's push channel: connects for ever, hands out what came."""

    @property
    def state(self) -> ProviderState:
        """How the channel is doing."""

    async def run(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop`."""

    async def batch(self, most: int) -> Sequence[PushFrame]:
        """Wait for at least one message, take at most `most`."""
