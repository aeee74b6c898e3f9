"""`/api/matches`: the live window, a day, one match and its parts."""

from typing import Annotated, Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter

from touchline.web import shapes, zones
from touchline.web.api import examples
from touchline.web.api.examples import shown
from touchline.web.desk import TheDesk
from touchline.web.hot import Hot, OfMatch, Part, Today, View, Window
from touchline.web.problems import documented
from touchline.web.queries import QUERY, Asked
from touchline.web.snapshots import NOT_MODIFIED, respond
from touchline.web.zones import Day as LocalDay

MatchId = Annotated[
    str, PathParameter(description="the provider's id of the match", examples=[Example(value=examples.ID)])
]
Day = Annotated[
    str | None,
    QueryParameter(
        name="date",
        description="calendar day YYYY-MM-DD; today where it is missing",
        examples=[Example(value="2026-02-07")],
    ),
]
Zone = Annotated[
    str | None,
    QueryParameter(
        name="tz",
        description="IANA zone the day is meant in; the installation's where it is missing",
        examples=[Example(value="Europe/Istanbul")],
    ),
]

TheHot = NamedDependency[Hot]
OF_LISTS = NOT_MODIFIED | documented("bad-input")
OF_DAYS = OF_LISTS | documented("too-many-requests")
OF_MATCHES = OF_DAYS | documented("not-found", "unavailable")


class Matches(Controller):
    """Reads of matches. They never ask the provider and never fail with the database: see `stale`."""

    path = "/api/matches"
    tags = ["Matches"]  # noqa: RUF012 - as the framework has it

    @get(
        "/live",
        summary="The live window",
        responses=shown(shapes.Live, "In play, or about to be", examples.LIVE) | OF_LISTS,
    )
    async def live(self, request: Asked, hot: TheHot) -> Response[shapes.Live]:
        """Every match in play, and those whose time has passed within the window but which have not begun.

        In play before expected, then by time, competition name and id. An unchanged view has
        unchanged bytes. It is held in memory: while the database does not answer it is given with
        `stale: true`, and the status stays 200.
        """
        return await _answer(request, hot, Window())

    @get(
        "/diary",
        summary="The fixtures of a day",
        opt={QUERY: ("date", "tz")},
        responses=shown(shapes.Diary, "All fixtures of the day", examples.DIARY) | OF_DAYS,
    )
    async def diary(
        self, request: Asked, hot: TheHot, desk: TheDesk, day: Day = None, zone: Zone = None
    ) -> Response[shapes.Diary]:
        """All fixtures of one calendar day in one zone: 23 or 25 hours long where the clocks change."""
        place = desk.zone(zone)
        view = Today(place) if day is None else LocalDay.of(zones.day_of(day), place)
        return await _answer(request, hot, view)

    @get(
        "/{match_id:str}",
        summary="One match",
        responses=shown(shapes.MatchDetail, "The match with its parts", examples.MATCH) | OF_MATCHES,
    )
    async def match(self, request: Asked, hot: TheHot, match_id: MatchId) -> Response[shapes.MatchDetail]:
        """One match with incidents, statistics, kick-offs and what of it is verified."""
        return await _answer(request, hot, OfMatch(match_id, Part.ALL))

    @get(
        "/{match_id:str}/incidents",
        summary="What happened",
        responses=shown(shapes.Incidents, "The incidents that stand", examples.INCIDENTS) | OF_MATCHES,
    )
    async def incidents(self, request: Asked, hot: TheHot, match_id: MatchId) -> Response[shapes.Incidents]:
        """Goals, cards, substitutions, reviews and period marks, in the provider's order."""
        return await _answer(request, hot, OfMatch(match_id, Part.INCIDENTS))

    @get(
        "/{match_id:str}/stats",
        summary="Statistics",
        responses=shown(shapes.Stats, "Counters of the match and of its halves", examples.STATS) | OF_MATCHES,
    )
    async def stats(self, request: Asked, hot: TheHot, match_id: MatchId) -> Response[shapes.Stats]:
        """Counters of both sides for the match and, once told, for each half."""
        return await _answer(request, hot, OfMatch(match_id, Part.STATS))

    @get(
        "/{match_id:str}/timeline",
        summary="Period by period",
        responses=shown(shapes.Timeline, "The match told in order", examples.TIMELINE) | OF_MATCHES,
    )
    async def timeline(self, request: Asked, hot: TheHot, match_id: MatchId) -> Response[shapes.Timeline]:
        """Each period with its kick-off and incidents, and the provider's commentary."""
        return await _answer(request, hot, OfMatch(match_id, Part.TIMELINE))


async def _answer(request: Asked, hot: Hot, view: View) -> Response[Any]:
    """The answer. Its address was found good, so that memory alone may answer it from now on."""
    representation = await hot.answer(view)
    hot.learn(request.scope["raw_path"], request.scope["query_string"], view)
    return respond(request, representation)
