"""Where the pages ask: days and matches, in the zone asked for."""

from datetime import date
from zoneinfo import ZoneInfo

from litestar.di import NamedDependency

from touchline.clock import Clock
from touchline.settings.parts import Web
from touchline.store.views import Whole
from touchline.web import answers, shapes, zones
from touchline.web.days import Days
from touchline.web.details import Details
from touchline.web.shelf import Copy
from touchline.web.zones import Day


class Desk:
    """Answers at the clock's football time. Raises NotFound, and StoreUnavailable where nothing is known."""

    def __init__(self, days: Days, details: Details, clock: Clock, settings: Web) -> None:
        self._days = days
        self._details = details
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

    async def diary(self, day: date, zone: ZoneInfo) -> shapes.Diary:
        """The fixtures of one local day, marked stale where they can't be read."""
        asked = Day.of(day, zone)
        return self._days.told(asked, await self._days.get(asked))

    async def match(self, match_id: str) -> shapes.MatchDetail:
        """One match with its parts."""
        copy = await self.whole(match_id)
        return answers.match_detail(copy.value, now=self._clock.now(), window_s=self.window_s, stale=copy.stale)

    async def whole(self, match_id: str) -> Copy[Whole]:
        """One match as it is known, not behind the board while the database answers."""
        detail = await self._details.get(match_id)
        return Copy(detail.read(), detail.stale)


TheDesk = NamedDependency[Desk]
"""How a route asks for it."""
