"""What finished matches lack is asked for again, with growing waits, until they are whole or given up."""

import structlog
from msgspec.structs import replace

from touchline.clock import now_ms
from touchline.errors import ProviderAnswer, ProviderError
from touchline.football.completeness import is_given_up
from touchline.football.model import Gap, Match, Source
from touchline.ids import MatchId
from touchline.ingest.channel import Channel
from touchline.ingest.way import Way
from touchline.provider.port import Reading
from touchline.store import completeness
from touchline.store.completeness import Incomplete
from touchline.task import Done, Run

ASKING_S = 90.0
"""Real seconds after which no more is asked: what was answered is still to be looked at in this run."""


class CompletenessValidator:
    """The job `data_completeness_validator`."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._histories = Channel(Source.LIVE_HISTORY, f"completeness-{way.node}")
        self._halves = Channel(Source.HALF_STATS, f"completeness-{way.node}")
        self._log = structlog.get_logger().bind(job="data_completeness_validator")

    async def run(self, run: Run) -> Done:
        """Ask about matches that are over and not whole, then look at them again.

        An attempt counts only where the provider answered, if with something that is no answer: such a match
        never holds up the others. Raises ProviderError where it was silent from the first, StoreUnavailable.
        """
        due = await self._due(run.batch_size)
        asked, puzzled, silent = await self._ask_in_turn(due)
        if silent is not None and not asked:
            raise silent
        for match in await self._way.writer.look_again(asked):
            self._say(match)
        unasked = 0 if silent is None else len(due) - len(asked)
        return Done(items=len(asked) - puzzled, failed=unasked + puzzled)

    async def _due(self, most: int) -> list[Incomplete]:
        async with self._way.db.transaction(now_ms(self._way.clock)) as tx:
            return await completeness.due(tx, most)

    async def _ask_in_turn(self, due: list[Incomplete]) -> tuple[list[MatchId], int, ProviderError | None]:
        """Whom the provider was asked about, of how many its answer was none, and why not about the others."""
        asked: list[MatchId] = []
        puzzled = 0
        until = self._way.clock.monotonic() + ASKING_S
        for one in due:
            if self._way.clock.monotonic() >= until:
                break
            try:
                await self._ask(one)
            except ProviderAnswer:
                puzzled += 1
            except ProviderError as error:
                return asked, puzzled, error
            asked.append(one.id)
        return asked, puzzled, None

    async def _ask(self, one: Incomplete) -> None:
        """Its history for lists, score and counters; the statistics of its halves where those are missing."""
        pull, gaps = self._way.asking.pull, set(one.known.reason.values())
        asked_at_ms = now_ms(self._way.clock)
        history = await self._way.asking.demand("match/live/history", pull.live_history(one.id))
        told = _about(one.id, history)
        if not told.reports:
            self._log.warning("match.absent", match_id=one.id, asked="completeness")
        await self._way.write(self._histories, told, asked_at_ms)
        if gaps & {Gap.STATISTICS_MISSING, Gap.UNCHECKED}:
            asked_at_ms = now_ms(self._way.clock)
            halves = await self._way.asking.demand("match/half/team_stats/detail", pull.half_stats(one.id))
            await self._way.write(self._halves, _about(one.id, halves), asked_at_ms)

    def _say(self, match: Match) -> None:
        known = match.completeness
        if is_given_up(match):
            self._log.warning(
                "data.incomplete", match_id=match.id, reason=known.reason, attempts=known.attempts
            )


def _about(match_id: MatchId, reading: Reading) -> Reading:
    """What the answer says of the one that was asked for: never of another."""
    return replace(reading, reports=[report for report in reading.reports if report.match_id == match_id])
