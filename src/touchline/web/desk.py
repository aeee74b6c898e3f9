"""Where the API, the pages and the streams ask: reads put into answers, in the zone asked for."""

from datetime import date
from zoneinfo import ZoneInfo

from litestar.di import NamedDependency

from touchline.clock import Clock
from touchline.settings import Web
from touchline.store.views import Whole
from touchline.web import answers, shapes, zones
from touchline.web.reads import Copy, Reads


class Desk:
    """Answers at the clock's football time. Raises NotFound, and StoreUnavailable where no copy is held."""

    def __init__(self, reads: Reads, clock: Clock, settings: Web) -> None:
        self._reads = reads
        self._clock = clock
        self._settings = settings
        self._zones = zones.Zones()

    @property
    def window_s(self) -> int:
        """How long a match is expected past its time."""
        return self._settings.live_window_min * 60

    def zone(self, name: str | None) -> ZoneInfo:
        """The zone called `name`, or the installation's. BadInput where there is no such zone."""
        return self._zones.named(self._settings.timezone if name is None else name)

    def knows_zone(self, name: str) -> bool:
        """Whether there is a zone called `name`."""
        return name in self._zones

    def today(self, zone: ZoneInfo) -> date:
        """The calendar day in `zone`."""
        return zones.today(self._clock.now(), zone)

    async def live(self) -> shapes.Live:
        """The live window; empty and stale where the database does not answer and never did."""
        copy = await self._reads.live()
        return answers.live(copy.value, now=self._clock.now(), window_s=self.window_s, stale=copy.stale)

    async def diary(self, day: date, zone: ZoneInfo) -> shapes.Diary:
        """The fixtures of one local day."""
        copy = await self._reads.day(*zones.span(day, zone))
        return answers.diary(
            copy.value, day=day, zone=zone, now=self._clock.now(), window_s=self.window_s, stale=copy.stale
        )

    async def match(self, match_id: str) -> shapes.MatchDetail:
        """One match with its parts."""
        copy = await self._reads.match(match_id)
        return answers.match_detail(copy.value, now=self._clock.now(), window_s=self.window_s, stale=copy.stale)

    async def whole(self, match_id: str) -> Copy[Whole]:
        """One match as it was read."""
        return await self._reads.match(match_id)


TheDesk = NamedDependency[Desk]
"""How a route asks for it."""
