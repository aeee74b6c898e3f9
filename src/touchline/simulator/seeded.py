"""The scene of a seed: a matchday every day, for ever.

The world is a few days deep: DAYS_BACK days of results and DAYS_AHEAD of fixtures are known.
What is kept is small: the scripts of the matches around now and the final records of the others.
"""

from collections.abc import Iterator, Sequence

from touchline.simulator import matchday
from touchline.simulator.course import Fixture
from touchline.simulator.matchday import DAY_S
from touchline.simulator.play import play
from touchline.simulator.programme import finished_detail, merged, recent_details
from touchline.simulator.scene import LIVE_S
from touchline.simulator.script import Frame, Script
from touchline.simulator.telling import Tell, fixture_record, loose, tell
from touchline.simulator.wire import Record
from touchline.simulator.world import World

DAYS_BACK, DAYS_AHEAD = 1, 3
OPENS_S = 7_200
"""Before the scheduled time, the first word of a match is said."""
CLOSES_S = 18_000
"""After the scheduled time, the last word has been said: five hours are enough for every match that goes as
matches do. Of others the script itself knows."""


class Seeded:
    """Invented matchdays."""

    def __init__(
        self, seed: int, matches: int, *, stats_every_s: int, two_stamps: bool, telling: Tell = tell
    ) -> None:
        self._world = World(seed, matches)
        self._manner = loose(stats_every_s)
        self._told = telling
        self._two_stamps = two_stamps
        self._days: dict[int, dict[str, Fixture]] = {}
        self._withdrawn: dict[int, dict[str, int]] = {}
        self._scripts: dict[str, Script] = {}
        self._final: dict[str, Record] = {}
        self.catalogue = self._world.catalogue()

    def frames(self, after: float, until: float) -> Iterator[Frame]:
        """What is pushed in (after, until], in order."""
        return merged(self._playing(after, until), after, until)

    def records(self, now: float) -> Iterator[Record]:
        """Every match record from DAYS_BACK to DAYS_AHEAD."""
        self._forget(now)
        today = int(now) // DAY_S
        for day in range(today - DAYS_BACK, today + DAYS_AHEAD + 1):
            gone = self._gone(day)
            for fixture in self._day(day).values():
                if gone.get(fixture.id, now) >= now:
                    yield self._record(fixture, now)

    def record(self, match_id: str, now: float) -> Record | None:
        """One match record."""
        fixture = self._find(match_id, now)
        return self._record(fixture, now) if fixture else None

    def details(self, now: float) -> Iterator[Record]:
        """The live detail of every match that changed lately."""
        return recent_details(self._playing(now, now), now)

    def history(self, match_id: str, now: float) -> Record | None:
        """The live detail of one finished match."""
        script = self.script(match_id, now)
        return finished_detail(script, now) if script else None

    def script(self, match_id: str, now: float) -> Script | None:
        """One match as it is told."""
        fixture = self._find(match_id, now)
        return (self._scripts.get(match_id) or self._tell(fixture)) if fixture else None

    def deleted(self, now: float) -> Sequence[str]:
        """Matches withdrawn in the last 24 hours."""
        today = int(now) // DAY_S
        days = range(today - DAYS_BACK, today + DAYS_AHEAD + 1)
        return [one for day in days for one, at in self._gone(day).items() if now - DAY_S < at <= now]

    def scripts(self, now: float) -> Sequence[Script]:
        """The matches around now."""
        return list(self._playing(now, now))

    def _playing(self, after: float, until: float) -> Iterator[Script]:
        """Scripts of the matches of which something may be said between two instants."""
        first, last = int(after - CLOSES_S), int(until + OPENS_S)
        for day in range(first // DAY_S, last // DAY_S + 1):
            gone = self._gone(day)
            for fixture in self._day(day).values():
                if first <= fixture.scheduled <= last and fixture.id not in gone:
                    yield self._script(fixture)
        for script in list(self._scripts.values()):
            if script.course.fixture.scheduled < first and script.last_at + LIVE_S > after:
                yield script

    def _record(self, fixture: Fixture, now: float) -> Record:
        if now < fixture.scheduled - OPENS_S or fixture.id in self._gone(fixture.scheduled // DAY_S):
            return fixture_record(fixture)
        if fixture.id in self._final:
            return self._final[fixture.id]
        script = self._script(fixture)
        if now > max(fixture.scheduled + CLOSES_S, script.last_at):
            self._final[fixture.id] = script.record(now)
        return script.record(now)

    def _find(self, match_id: str, now: float) -> Fixture | None:
        today = int(now) // DAY_S
        for day in range(today - DAYS_BACK, today + DAYS_AHEAD + 1):
            fixture = self._day(day).get(match_id)
            if fixture:
                return None if self._gone(day).get(match_id, now + 1) <= now else fixture
        return None

    def _day(self, day: int) -> dict[str, Fixture]:
        if day not in self._days:
            self._days[day] = {one.id: one for one in matchday.fixtures(self._world, day)}
        return self._days[day]

    def _gone(self, day: int) -> dict[str, int]:
        """When which matches of a day were withdrawn."""
        if day not in self._withdrawn:
            gone = matchday.withdrawn(list(self._day(day).values()))
            self._withdrawn[day] = {fixture.id: at for fixture, at in gone}
        return self._withdrawn[day]

    def _script(self, fixture: Fixture) -> Script:
        if fixture.id not in self._scripts:
            self._scripts[fixture.id] = self._tell(fixture)
        return self._scripts[fixture.id]

    def _tell(self, fixture: Fixture) -> Script:
        return self._told(play(fixture, two_stamps=self._two_stamps), self._manner, self._world.seed)

    def _forget(self, now: float) -> None:
        """Drop what lies too far back to be asked for."""
        oldest = int(now) // DAY_S - DAYS_BACK - 1
        for day in [day for day in self._days if day < oldest]:
            for match_id in self._days.pop(day):
                self._final.pop(match_id, None)
            self._withdrawn.pop(day, None)
        done = now - CLOSES_S - DAY_S / 12
        for script in list(self._scripts.values()):
            if script.course.fixture.scheduled < done and script.last_at + LIVE_S < now:
                del self._scripts[script.id]
