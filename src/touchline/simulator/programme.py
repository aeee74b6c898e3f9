"""A programme: a fixed set of matches, such as real timelines, told from beginning to end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from touchline.simulator.catalogue import Catalogue, competition_row, season_row, stage_row, team_row
from touchline.simulator.course import Fixture
from touchline.simulator.scene import LIVE_S
from touchline.simulator.script import Frame, Script, frames
from touchline.simulator.wire import ENDED, Record


class Programme:
    """The scene of a fixed set of scripts."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        self._scripts: Mapping[str, Script] = {script.id: script for script in scripts}
        self.catalogue = catalogue_of([script.course.fixture for script in scripts])

    def frames(self, after: float, until: float) -> Iterator[Frame]:
        """What is pushed in (after, until], in order."""
        return merged(self._scripts.values(), after, until)

    def records(self, now: float) -> Iterator[Record]:
        """Every match record."""
        return (script.record(now) for script in self._scripts.values())

    def record(self, match_id: str, now: float) -> Record | None:
        """One match record."""
        script = self._scripts.get(match_id)
        return script.record(now) if script else None

    def details(self, now: float) -> Iterator[Record]:
        """The live detail of every match that changed lately."""
        return recent_details(self._scripts.values(), now)

    def history(self, match_id: str, now: float) -> Record | None:
        """The live detail of one finished match."""
        script = self._scripts.get(match_id)
        return finished_detail(script, now) if script else None

    def script(self, match_id: str, now: float) -> Script | None:
        """One of them."""
        return self._scripts.get(match_id)

    def deleted(self, now: float) -> Sequence[str]:
        """Nothing is withdrawn."""
        return ()

    def scripts(self, now: float) -> Sequence[Script]:
        """All of them."""
        return tuple(self._scripts.values())


def merged(scripts: Iterable[Script], after: float, until: float) -> Iterator[Frame]:
    """What several matches push in (after, until], in order."""
    told = [message for script in scripts for message in script.between(after, until)]
    return frames(sorted(told, key=lambda message: (message.at, message.match_id)))


def recent_details(scripts: Iterable[Script], now: float) -> Iterator[Record]:
    """Details of the matches something was pushed of lately."""
    for script in scripts:
        pushed_at = script.last_pushed_at(now)
        detail = script.detail(now)
        if detail is not None and pushed_at is not None and now - pushed_at <= LIVE_S:
            yield detail


def finished_detail(script: Script, now: float) -> Record | None:
    """The detail of a match that is over, as it is meant: history does not repeat what went wrong live."""
    return script.meant.detail(now) if script.record(now)["status_id"] == ENDED else None


def catalogue_of(fixtures: Sequence[Fixture]) -> Catalogue:
    """The names behind a fixed set of fixtures."""
    competitions: dict[str, Record] = {}
    teams: dict[str, Record] = {}
    seasons: dict[str, Record] = {}
    stages: dict[str, Record] = {}
    for one in fixtures:
        competitions[one.competition_id] = competition_row(
            one.competition_id, one.competition, "", "", season_id=one.season_id, cup=one.cup
        )
        teams[one.home_id] = team_row(one.home_id, one.home)
        teams[one.away_id] = team_row(one.away_id, one.away)
        if one.season_id:
            seasons[one.season_id] = season_row(one.season_id, one.competition_id)
        if one.stage_id:
            stages[one.stage_id] = stage_row(one.stage_id, one.season_id, knock_out=one.cup)
    lists = {"competition": competitions, "team": teams, "season": seasons, "stage": stages}
    return Catalogue({kind: list(rows.values()) for kind, rows in lists.items()})
