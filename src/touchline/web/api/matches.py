"""`/api/matches`: the live window, a day, one match and its parts."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get
from litestar.openapi.spec import Example
from litestar.params import PathParameter, QueryParameter

from touchline.web import answers, shapes, zones
from touchline.web.api import examples
from touchline.web.api.examples import shown
from touchline.web.desk import TheDesk
from touchline.web.problems import documented
from touchline.web.queries import QUERY, Asked
from touchline.web.snapshots import NOT_MODIFIED, Representation, respond

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

OF_LISTS = NOT_MODIFIED | documented("bad-input")
OF_MATCHES = NOT_MODIFIED | documented("bad-input", "not-found", "unavailable")


class Matches(Controller):
    """Reads of matches. They never ask the provider and never fail with the database: see `stale`."""

    path = "/api/matches"
    tags = ["Matches"]  # noqa: RUF012 - as the framework has it

    @get(
        "/live",
        summary="The live window",
        responses=shown(shapes.Live, "In play, or about to be", examples.LIVE) | OF_LISTS,
    )
    async def live(self, request: Asked, desk: TheDesk) -> Response[shapes.Live]:
        """Every match in play, and those whose time has passed within the window but which have not begun.

        In play before expected, then by time, competition name and id. An unchanged view has
        unchanged bytes. While the database does not answer, the last good copy is given with
        `stale: true`; the status stays 200.
        """
        return _snapshot(request, await desk.live())

    @get(
        "/diary",
        summary="The fixtures of a day",
        opt={QUERY: ("date", "tz")},
        responses=shown(shapes.Diary, "All fixtures of the day", examples.DIARY) | OF_LISTS,
    )
    async def diary(
        self, request: Asked, desk: TheDesk, day: Day = None, zone: Zone = None
    ) -> Response[shapes.Diary]:
        """All fixtures of one calendar day in one zone: 23 or 25 hours long where the clocks change."""
        place = desk.zone(zone)
        asked = desk.today(place) if day is None else zones.day_of(day)
        return _snapshot(request, await desk.diary(asked, place))

    @get(
        "/{match_id:str}",
        summary="One match",
        responses=shown(shapes.MatchDetail, "The match with its parts", examples.MATCH) | OF_MATCHES,
    )
    async def match(self, request: Asked, desk: TheDesk, match_id: MatchId) -> Response[shapes.MatchDetail]:
        """One match with incidents, statistics, kick-offs and what of it is verified."""
        return _snapshot(request, await desk.match(match_id))

    @get(
        "/{match_id:str}/incidents",
        summary="What happened",
        responses=shown(shapes.Incidents, "The incidents that stand", examples.INCIDENTS) | OF_MATCHES,
    )
    async def incidents(self, request: Asked, desk: TheDesk, match_id: MatchId) -> Response[shapes.Incidents]:
        """Goals, cards, substitutions, reviews and period marks, in the provider's order."""
        whole, stale = await desk.whole(match_id)
        return _snapshot(request, answers.incidents(whole, stale=stale))

    @get(
        "/{match_id:str}/stats",
        summary="Statistics",
        responses=shown(shapes.Stats, "Counters of the match and of its halves", examples.STATS) | OF_MATCHES,
    )
    async def stats(self, request: Asked, desk: TheDesk, match_id: MatchId) -> Response[shapes.Stats]:
        """Counters of both sides for the match and, once told, for each half."""
        whole, stale = await desk.whole(match_id)
        return _snapshot(request, answers.stats(whole, stale=stale))

    @get(
        "/{match_id:str}/timeline",
        summary="Period by period",
        responses=shown(shapes.Timeline, "The match told in order", examples.TIMELINE) | OF_MATCHES,
    )
    async def timeline(self, request: Asked, desk: TheDesk, match_id: MatchId) -> Response[shapes.Timeline]:
        """Each period with its kick-off and incidents, and the provider's commentary."""
        whole, stale = await desk.whole(match_id)
        return _snapshot(request, answers.timeline(whole, stale=stale))


def _snapshot(request: Asked, value: object) -> Response[Any]:
    return respond(request, Representation(msgspec.json.encode(value)))
