"""A provider that answers from memory and writes down what it was asked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

from touchline.errors import ProviderAnswer, ProviderError, ProviderRefused, ProviderTransient
from touchline.ids import MatchId
from touchline.provider.port import (
    Analysis,
    CatalogueRecord,
    DeletedRead,
    FormRead,
    Health,
    Kind,
    ProviderState,
    Reading,
    Report,
    Table,
    TablesRead,
    Tally,
    TeamCounters,
    TeamCountersRead,
    Update,
    UpdatesRead,
)

Failure = ProviderError | None


class FakeProvider:
    """Answers like the port says. `failure` is raised by every method while it is set."""

    def __init__(self) -> None:
        self.live: list[Report] = []
        self.records: list[Report] = []
        self.histories: dict[MatchId, Report] = {}
        self.trends: list[Report] = []
        self.updates: list[Update] = []
        self.parts: dict[tuple[str, MatchId], Report] = {}
        """What is asked for by match, by the name of the question."""
        self.teams: list[TeamCounters] = []
        self.halves: list[Report] = []
        self.tables: list[Table] = []
        self.analyses: list[Analysis] = []
        self.tallies: list[Tally] = []
        self.deleted_matches: list[MatchId] = []
        self.named: list[CatalogueRecord] = []
        self.page_size = 1_000
        self.asked: list[str] = []
        self.failure: Failure = None
        self.mute: set[str] = set()
        """Questions that are never answered."""
        self.puzzling: set[str] = set()
        """Questions whose answer is none."""
        self.refused: Kind | None = None
        self.endless = False
        self.state = ProviderState(health=Health.UNKNOWN, since_ts=0)

    async def detail_live(self) -> Reading:
        self._ask("detail_live")
        return Reading(reports=self.live)

    async def recent_by_id(self, match_id: MatchId) -> Reading:
        self._ask(f"recent?uuid={match_id}")
        return Reading(reports=[record for record in self.records if record.match_id == match_id])

    async def recent_page(self, page: int) -> Reading:
        self._ask(f"recent?page={page}")
        return Reading(reports=self._page(self.records, page))

    async def recent_since(self, time: int, page: int) -> Reading:
        self._ask(f"recent?time={time}&page={page}")
        rows = [record for record in self.records if (record.provider_time or 0) >= time]
        rows.sort(key=lambda record: record.provider_time or 0)
        return Reading(reports=self._page(rows, page))

    async def diary(self, day: date, page: int) -> Reading:
        self._ask(f"diary?date={day:%Y%m%d}&page={page}")
        rows = [record for record in self.records if provider_day(record) == day]
        named = self.named if page == 1 else []
        # `total` is 0 with rows on the page, as the real one has it.
        return Reading(reports=self._page(rows, page), catalogue=named, total=0)

    async def live_history(self, match_id: MatchId) -> Reading:
        self._ask(f"history?uuid={match_id}")
        return Reading(reports=[self.histories[match_id]] if match_id in self.histories else [])

    async def trend_live(self) -> Reading:
        self._ask("trend_live")
        return Reading(reports=self.trends)

    async def data_update(self) -> UpdatesRead:
        self._ask("data_update")
        return UpdatesRead(updates=self.updates)

    async def trend_detail(self, match_id: MatchId) -> Reading:
        return self._part("trend", match_id)

    async def lineup(self, match_id: MatchId) -> Reading:
        return self._part("lineup", match_id)

    async def half_stats(self, match_id: MatchId) -> Reading:
        return self._part("halves", match_id)

    async def half_stats_list(self) -> Reading:
        self._ask("halves")
        return Reading(reports=self.halves)

    async def team_stats_list(self) -> TeamCountersRead:
        self._ask("teams")
        return TeamCountersRead(teams=self.teams)

    async def deleted(self) -> DeletedRead:
        self._ask("deleted")
        return DeletedRead(matches=self.deleted_matches)

    async def tables_live(self) -> TablesRead:
        self._ask("tables")
        return TablesRead(tables=self.tables)

    async def season_tables(self, season_id: str) -> TablesRead:
        self._ask(f"tables?uuid={season_id}")
        return TablesRead(tables=[table for table in self.tables if table.season_id == season_id])

    async def analysis(self, match_id: MatchId) -> FormRead:
        self._ask(f"analysis?uuid={match_id}")
        return FormRead(analyses=[each for each in self.analyses if each.match_id == match_id])

    async def compensation(self, page: int) -> FormRead:
        self._ask(f"compensation?page={page}")
        return FormRead(tallies=self.tallies[(page - 1) * self.page_size : page * self.page_size])

    async def catalogue(
        self,
        kind: Kind,
        *,
        page: int | None = None,
        time: int | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Reading:
        self._ask(f"{kind}?page={page}&time={time}&uuid={id}")
        if kind is self.refused:
            raise ProviderRefused("thesports-http", f"{kind}/list", "not in your plan")
        rows = [record for record in self.named if record.kind is kind]
        if id is not None:
            return Reading(catalogue=[record for record in rows if record.id == id])
        rows = sorted(
            (record for record in rows if record.updated_at >= (time or 0)), key=lambda row: row.updated_at
        )
        start = ((page or 1) - 1) * self.page_size
        return Reading(catalogue=rows[start : start + self.page_size])

    def _part(self, name: str, match_id: MatchId) -> Reading:
        self._ask(f"{name}?uuid={match_id}")
        return Reading(reports=[self.parts[name, match_id]] if (name, match_id) in self.parts else [])

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        if question in self.puzzling:
            raise ProviderAnswer("thesports-http", question, "HTTP 404")
        if question in self.mute:
            raise ProviderTransient("thesports-http", question, "HTTP_500")

    def _page(self, rows: Sequence[Report], page: int) -> Sequence[Report]:
        if self.endless and rows:
            return [Report(match_id=MatchId(f"endless{page:08}"), says=rows[0].says, provider_time=page)]
        return rows[(page - 1) * self.page_size : page * self.page_size]


def provider_day(record: Report) -> date | None:
    """The day of the provider (UTC+8) on which the match of `record` begins."""
    schedule = record.says.schedule
    zone = timezone(timedelta(hours=8))
    return datetime.fromtimestamp(schedule.match_time, UTC).astimezone(zone).date() if schedule else None
