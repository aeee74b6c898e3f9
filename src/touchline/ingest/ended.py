"""What the provider says of a match once it is over: statistics of the halves, the whole trend, final ratings.

Each part is asked for a minute after the end, and once or twice again where the answer brought nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from touchline.clock import now_ms
from touchline.errors import ProviderAnswer, ProviderError
from touchline.football.model import Group, Source
from touchline.ids import MatchId
from touchline.ingest.asked import Asked
from touchline.ingest.channel import Channel
from touchline.ingest.ports import Pull
from touchline.ingest.way import Way
from touchline.provider.port import Reading
from touchline.store import fixtures
from touchline.task import Done, Run

AFTER_S = 60
"""From the end of a match to the first question."""
BACK_S = 6 * 3_600
"""A match that ended longer ago is left alone."""
AGAIN_S, AGAIN_FLOOR_S = 600.0, 60.0
TIMES_MAX = 3
ASKING_S = 25.0
"""Real seconds after which no more is asked: calls wait for each other, and the run has its time-out."""


class Part(NamedTuple):
    """Something that is asked for by match."""

    source: Source
    endpoint: str
    ask: Callable[[Pull, MatchId], Awaitable[Reading]]


PARTS: Mapping[Group, Part] = {
    Group.HALVES: Part(
        Source.HALF_STATS, "match/half/team_stats/detail", lambda pull, match_id: pull.half_stats(match_id)
    ),
    Group.TREND: Part(
        Source.TREND_DETAIL, "match/trend/detail", lambda pull, match_id: pull.trend_detail(match_id)
    ),
    Group.LINEUP: Part(
        Source.LINEUP_DETAIL, "match/lineup/detail", lambda pull, match_id: pull.lineup(match_id)
    ),
}


class EndedDetails:
    """The job `ended_details`."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._asked = Asked(way.clock, AGAIN_S, floor_s=AGAIN_FLOOR_S, times_max=TIMES_MAX)
        self._channels = {group: Channel(part.source, f"ended-{way.node}") for group, part in PARTS.items()}

    async def run(self, run: Run) -> Done:
        """Ask for some parts; what an endpoint that is silent had to tell is left for the next run, and so is
        what there was no time for.

        Raises ProviderError where nothing was answered, and StoreUnavailable.
        """
        due = (await self._due())[: run.batch_size]
        silent: set[Group] = set()
        failure: ProviderError | None = None
        told = unreadable = untold = 0
        until = self._way.clock.monotonic() + ASKING_S
        for group, match_id in due:
            if self._way.clock.monotonic() >= until:
                break
            if group in silent:
                untold += 1
                continue
            try:
                done = await self._ask(group, match_id)
            except ProviderError as error:
                failure, untold = failure or error, untold + 1
                if not isinstance(error, ProviderAnswer):  # such a one is about this match alone
                    silent.add(group)
                continue
            told, unreadable = told + 1, unreadable + done.failed
        if failure is not None and not told:
            raise failure
        return Done(items=told, failed=untold + unreadable)

    async def _due(self) -> list[tuple[Group, MatchId]]:
        async with self._way.db.transaction(now_ms(self._way.clock)) as tx:
            wanted = await fixtures.want_last_word(tx, AFTER_S, BACK_S)
        return [each for each in wanted if self._asked.is_due(each)]

    async def _ask(self, group: Group, match_id: MatchId) -> Done:
        part = PARTS[group]
        asked_at_ms = now_ms(self._way.clock)
        asking = self._way.asking
        try:
            reading = await asking.demand(part.endpoint, part.ask(asking.pull, match_id))
        except ProviderError:
            self._asked.note((group, match_id), answered=False)
            raise
        done = await self._way.write(self._channels[group], reading, asked_at_ms)
        self._asked.note((group, match_id), answered=True)
        return done
