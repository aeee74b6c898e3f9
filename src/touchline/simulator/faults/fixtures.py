"""A schedule that does not stand: matches at the edges of days (F08), and matches that change (F11)."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from touchline.simulator import wire
from touchline.simulator.catalogue import Catalogue
from touchline.simulator.faults.bodies import each_object, whole
from touchline.simulator.faults.switches import Switches
from touchline.simulator.scene import DAY_S, Scene
from touchline.simulator.script import Frame, Script
from touchline.simulator.wire import Record, invented_id

EDGES, CHANGES = "F08", "F11"
EDGE_MINUTES = {
    "00:10 in UTC+8": 16 * 60 + 10,
    "23:30 in UTC+3": 20 * 60 + 30,
    "23:30 in UTC+2": 21 * 60 + 30,
    "00:30 in UTC+2": 22 * 60 + 30,
    "before clocks change": 30,
    "after clocks change": 60 + 30,
    "the last minute of the day": 23 * 60 + 59,
}
"""Minutes of the UTC day at which somebody's day turns; in Europe clocks change at 01:00 UTC."""
PUT_OFF_S = 26 * 3_600
"""A match that is rescheduled is played so much later."""
ANNOUNCED_S = DAY_S


class Fate(StrEnum):
    """What becomes of a match that had not begun when F11 was switched on."""

    RESCHEDULED = "rescheduled"
    POSTPONED = "postponed"
    DELETED = "deleted"
    TRANSFERRED = "transferred"
    """Another season, another home team."""
    MERGED = "merged"
    """The home team is merged into another, which plays in its place."""


NOT_PLAYED = frozenset({Fate.RESCHEDULED, Fate.POSTPONED, Fate.DELETED})


class Unsettled:
    """A scene whose schedule has these faults while they are on; switched off, it is corrected."""

    def __init__(self, scene: Scene, switches: Switches) -> None:
        self._scene = scene
        self._switches = switches
        self._turn = 0
        self._since = 0.0
        self._until: float | None = None
        self._fates: dict[str, Fate | None] = {}
        self._merged: Catalogue | None = None

    @property
    def catalogue(self) -> Catalogue:
        """Every list; with both teams of a merger."""
        if not self._switches.is_on(CHANGES):
            return self._scene.catalogue
        self._merged = self._merged or _merged(self._scene.catalogue, self._mergers(), self._since)
        return self._merged

    def frames(self, after: float, until: float) -> Iterator[Frame]:
        """What is pushed of those that are played."""
        told = self._scene.frames(after, until)
        if not self._switches.is_on(CHANGES):
            return iter(told)
        return iter(each_object(told, lambda one: None if self._is_gone(str(one.get("id")), after) else one))

    def records(self, now: float) -> Iterator[Record]:
        """Every match record."""
        for record in self._scene.records(now):
            changed = self._changed(record, now)
            if changed is not None:
                yield changed
        if self._switches.is_on(EDGES):
            yield from self._edges(now)

    def record(self, match_id: str, now: float) -> Record | None:
        """One match record."""
        found = self._scene.record(match_id, now)
        if found is not None:
            return self._changed(found, now)
        edges = self._edges(now) if self._switches.is_on(EDGES) else ()
        return next((one for one in edges if one["id"] == match_id), None)

    def details(self, now: float) -> Iterator[Record]:
        """The live detail of those that are played."""
        return (one for one in self._scene.details(now) if not self._is_gone(str(one["id"]), now))

    def history(self, match_id: str, now: float) -> Record | None:
        """The live detail of one finished match."""
        return None if self._is_gone(match_id, now) else self._scene.history(match_id, now)

    def script(self, match_id: str, now: float) -> Script | None:
        """One match as it is told."""
        return None if self._is_gone(match_id, now) else self._scene.script(match_id, now)

    def deleted(self, now: float) -> Sequence[str]:
        """Matches withdrawn in the last 24 hours."""
        self._look(now)
        gone = [one for one, fate in self._fates.items() if fate is Fate.DELETED]
        return [*self._scene.deleted(now), *(gone if self._until is None and now - self._since < DAY_S else ())]

    def scripts(self, now: float) -> Sequence[Script]:
        """The matches played around now."""
        return self._scene.scripts(now)

    # ------------------------------------------------------------ F11

    def _look(self, now: float) -> None:
        """Notice that F11 was switched since somebody asked last."""
        on, turn = self._switches.is_on(CHANGES), self._switches.turn(CHANGES)
        if on and turn != self._turn:
            self._turn, self._since, self._until = turn, now, None
            self._merged = None
            records = list(self._scene.records(now))
            self._fates = {str(record["id"]): self._drawn(record, now) for record in records}
        elif not on and turn and self._until is None:
            self._until = now

    def _drawn(self, record: Record, now: float) -> Fate | None:
        """The fate of a match; none for one that has begun or is about to."""
        ahead = record["status_id"] == wire.NOT_STARTED and whole(record["match_time"]) > now
        return fate(self._switches, str(record["id"])) if ahead else None

    def _fate(self, match_id: str, now: float) -> Fate | None:
        self._look(now)
        return self._fates.get(match_id) if self._until is None else None

    def _is_gone(self, match_id: str, now: float) -> bool:
        return self._fate(match_id, now) in NOT_PLAYED

    def _changed(self, record: Record, now: float) -> Record | None:
        match_id = str(record["id"])
        found = self._fate(match_id, now)
        if found is Fate.DELETED:
            return None
        if found is not None:
            return (
                record
                | _fields(found, record)
                | {"updated_at": max(whole(record["updated_at"]), int(self._since))}
            )
        if self._until is not None and self._fates.get(match_id):
            return record | {"updated_at": max(whole(record["updated_at"]), int(self._until))}
        return record

    def _mergers(self) -> set[str]:
        merged = {match_id for match_id, found in self._fates.items() if found is Fate.MERGED}
        records = (self._scene.record(match_id, self._since) for match_id in merged)
        return {str(record["home_team_id"]) for record in records if record}

    # ------------------------------------------------------------ F08

    def _edges(self, now: float) -> Iterator[Record]:
        midnight = int(now) // DAY_S * DAY_S
        teams, leagues = self._scene.catalogue.rows("team"), self._scene.catalogue.rows("competition")
        for number, minute in enumerate(EDGE_MINUTES.values()):
            home, away = teams[2 * number % len(teams)], teams[(2 * number + 1) % len(teams)]
            yield _fixture(midnight, minute, home, away, leagues[number % len(leagues)])


def fate(switches: Switches, match_id: str) -> Fate:
    """What F11 has in store for a match."""
    return switches.drawn(CHANGES, match_id).choice(tuple(Fate))


def edge_id(midnight: int, minute: int) -> str:
    """The id of a match of F08, by the second its UTC day begins in and its minute of that day."""
    return invented_id("edge", midnight, minute)


def successor(team_id: str) -> str:
    """The team another one is merged into."""
    return invented_id("successor", team_id)


def _fields(found: Fate, record: Record) -> Record:
    later: Record = {"match_time": whole(record["match_time"]) + PUT_OFF_S}
    match found:
        case Fate.RESCHEDULED:
            return later
        case Fate.POSTPONED:
            return {"status_id": wire.DELAYED}
        case Fate.MERGED:
            return {"home_team_id": successor(str(record["home_team_id"]))}
        case _:
            return {
                "season_id": invented_id("next season", record["season_id"]),
                "home_team_id": record["away_team_id"],
                "away_team_id": record["home_team_id"],
            }


def _merged(before: Catalogue, teams: set[str], at: float) -> Catalogue:
    rows = {str(row["id"]): row for row in before.rows("team")}
    news: dict[str, Record] = {}
    for team_id in teams & set(rows):
        changed: Record = {"updated_at": int(at)}
        news[team_id] = rows[team_id] | changed | {"uid": successor(team_id)}
        news[successor(team_id)] = rows[team_id] | changed | {"id": successor(team_id)}
    lists: Mapping[str, Sequence[Record]] = {kind: before.rows(kind) for kind in before.kinds}
    return Catalogue({**lists, "team": [*(rows | news).values()]})


def _fixture(midnight: int, minute: int, home: Record, away: Record, league: Record) -> Record:
    return {
        "id": edge_id(midnight, minute),
        "season_id": "",
        "competition_id": league["id"],
        "home_team_id": home["id"],
        "away_team_id": away["id"],
        "status_id": wire.NOT_STARTED,
        "match_time": midnight + minute * 60,
        "venue_id": "",
        "referee_id": "",
        "neutral": 0,
        "note": "",
        "home_scores": [0] * 7,
        "away_scores": [0] * 7,
        "home_position": "",
        "away_position": "",
        "coverage": {"mlive": 0, "lineup": 0},
        "round": {"stage_id": "", "round_num": 0, "group_num": 0},
        "updated_at": midnight - ANNOUNCED_S,
    }
