"""What came before a match: asked for within a day of it, slowly, for the provider counts these calls."""

from touchline.clock import now_ms
from touchline.errors import ProviderAnswer, ProviderError
from touchline.ids import MatchId
from touchline.ingest.way import Way
from touchline.provider.port import Analysis
from touchline.store import form
from touchline.task import Done, Run

AHEAD_S = 24 * 3_600
AGAIN_S = 12 * 3_600
"""An analysis changes when its teams play, which they do not twice a day."""
BETWEEN_S = 1.0
"""Real seconds between two analyses: the provider allows sixty a minute (its documentation)."""
PAGES_MAX = 20


class FormSync:
    """The job `h2h_pre_sync`: meetings and last matches one match a call, counts a page a call."""

    def __init__(self, way: Way) -> None:
        self._asking = way.asking
        self._db = way.db
        self._clock = way.clock

    async def run(self, run: Run) -> Done:
        """Ask about the next matches; either list is asked for though the other has no answer.

        Raises ProviderError when nothing has one.
        """
        wanted = await self._wanted(run.batch_size)
        items = failed = 0
        silent: ProviderError | None = None
        try:
            items = await self._tallies()
        except ProviderError as error:
            failed, silent = 1, error
        for place, match_id in enumerate(wanted):
            if place:
                await self._clock.sleep(BETWEEN_S)
            try:
                await self._analysis(match_id)
                items += 1
            except ProviderAnswer:  # of this match it can't tell; it may of the next
                await self._keep(match_id, None)
                failed += 1
            except ProviderError as error:
                failed, silent = failed + len(wanted) - place, error
                break
        if silent is not None and not items:
            raise silent
        return Done(items=items, failed=failed)

    async def _wanted(self, most: int) -> list[MatchId]:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            return await form.want(tx, AHEAD_S, AGAIN_S, most)

    async def _tallies(self) -> int:
        """Every page of counts, until one brings nothing we have not seen."""
        seen: set[MatchId] = set()
        for page in range(1, PAGES_MAX + 1):
            found = await self._asking.demand("compensation/list", self._asking.pull.compensation(page))
            new = [(tally.match_id, tally) for tally in found.tallies if tally.match_id not in seen]
            if not new:
                break
            seen.update(match_id for match_id, _ in new)
            async with self._db.transaction(now_ms(self._clock)) as tx:
                await form.save_tallies(tx, new)
        return len(seen)

    async def _analysis(self, match_id: MatchId) -> None:
        found = await self._asking.demand("match/analysis", self._asking.pull.analysis(match_id))
        await self._keep(match_id, next(iter(found.analyses), None))

    async def _keep(self, match_id: MatchId, analysis: Analysis | None) -> None:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            await form.save_analysis(tx, match_id, analysis)
