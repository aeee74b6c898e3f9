"""The statistics of all matches at once: two calls a minute while anything is played."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from touchline.clock import now_ms
from touchline.football.model import Says, Source, Stat
from touchline.ids import MatchId
from touchline.ingest.channel import Channel
from touchline.ingest.way import Way
from touchline.provider.port import Report, TeamCounters
from touchline.store import fixtures
from touchline.store.fixtures import Sides
from touchline.task import Done, Run


class LiveStatsSync:
    """The job `live_stats_sync`.

    The lists of teams are for matches nobody counts live: where push or poll counts, theirs stands (the core
    decides). The lists of halves bring the first half while the second is played.
    """

    def __init__(self, way: Way) -> None:
        self._asking = way.asking
        self._inbox = way.inbox
        self._db = way.db
        self._clock = way.clock
        self._teams = Channel(Source.TEAM_STATS, f"teams-{way.node}")
        self._halves = Channel(Source.HALF_STATS, f"halves-{way.node}")

    async def run(self, run: Run) -> Done:
        """Ask twice and hand over what was said of matches we have. Raises ProviderError without an answer."""
        async with self._db.transaction(now_ms(self._clock)) as tx:
            if not await fixtures.anything_in_play(tx):
                return Done()
        pull = self._asking.pull
        asked_at_ms = now_ms(self._clock)
        counted = await self._asking.demand("match/team_stats/list", pull.team_stats_list())
        claims = self._teams.hear(await self._reports(counted.teams), asked_at_ms)
        asked_at_ms = now_ms(self._clock)
        halves = await self._asking.demand("match/half/team_stats/list", pull.half_stats_list())
        claims += self._halves.hear(halves.reports, asked_at_ms)
        await self._inbox.deliver(claims)
        return Done(items=len(claims), failed=len(counted.unreadable) + len(halves.unreadable))

    async def _reports(self, teams: Sequence[TeamCounters]) -> list[Report]:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            sides = await fixtures.sides(tx, {team.match_id for team in teams})
        return list(reports(teams, sides))


def reports(teams: Iterable[TeamCounters], sides: Mapping[MatchId, Sides]) -> Iterable[Report]:
    """What was counted of both teams of a match, by its sides; a match of which one is missing is left out."""
    counted: dict[MatchId, dict[str, Mapping[int, int]]] = defaultdict(dict)
    for team in teams:
        counted[team.match_id][team.team_id] = team.counters
    for match_id, by_team in counted.items():
        if match_id not in sides:
            continue
        home, away = (by_team.get(team_id) for team_id in sides[match_id])
        if home is None or away is None:
            continue
        both = sorted(home.keys() & away.keys())
        stats = tuple(Stat(code, home[code], away[code]) for code in both)
        if stats:
            yield Report(match_id=match_id, says=Says(stats=stats))
