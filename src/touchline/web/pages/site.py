"""The pages: live, a day, a match. They show what the API answers, and no more."""

from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Controller, MediaType, Request, Response, get
from litestar.datastructures import Cookie, State
from litestar.params import FromPath
from litestar.response import Redirect

from touchline.errors import StoreUnavailable
from touchline.web import problems, zones
from touchline.web.desk import Desk, TheDesk
from touchline.web.pages import views
from touchline.web.pages.render import Renderer, TheRenderer
from touchline.web.queries import QUERY, Asked
from touchline.web.requests import request_id

COOKIE = "tz"
COOKIE_S = 365 * 24 * 3600
NO_CACHE = "no-cache"
SHOWN = ("all", "in_play")


class Visit(NamedTuple):
    """The zone a visitor reads times in, and whether it was just chosen."""

    zone: ZoneInfo
    chosen: bool


class Site(Controller):
    """Everything a fan sees. A public page never fails with the database: it says what it can't show."""

    include_in_schema = False

    @get("/", opt={QUERY: ("tz", "show")}, media_type=MediaType.HTML)
    async def live(self, request: Asked, desk: TheDesk, renderer: TheRenderer) -> Response[str]:
        """What is being played now."""
        visit = visit_of(request, desk)
        show = request.query_params.get("show", "all")
        live = await desk.live()
        return page(
            renderer,
            "live.html",
            visit,
            live=live,
            sections=views.live_sections(live.matches),
            show=show if show in SHOWN else "all",
            today=desk.today(visit.zone),
            stream="/live/stream?" + urlencode({"tz": visit.zone.key}),
            path="/",
        )

    @get("/day", opt={QUERY: ("tz", "date")})
    async def any_day(self, request: Asked, desk: TheDesk) -> Redirect:
        """The page of the day asked for in a form, or of today."""
        asked = request.query_params.get("date")
        day = zones.day_of(asked) if asked else desk.today(visit_of(request, desk).zone)
        return Redirect(f"/day/{day.isoformat()}", status_code=303)

    @get("/day/{day:str}", opt={QUERY: ("tz",)}, media_type=MediaType.HTML)
    async def day(
        self, request: Asked, desk: TheDesk, renderer: TheRenderer, day: FromPath[str]
    ) -> Response[str]:
        """The fixtures of one calendar day."""
        visit = visit_of(request, desk)
        shown = zones.day_of(day)
        diary = await desk.diary(shown, visit.zone)
        return page(
            renderer,
            "day.html",
            visit,
            diary=diary,
            groups=views.by_competition(diary.matches),
            day=shown,
            week=views.week(shown),
            today=desk.today(visit.zone),
            stream="/live/stream?rows=1",
            path=f"/day/{shown}",
        )

    @get("/match/{match_id:str}", opt={QUERY: ("tz",)}, media_type=MediaType.HTML)
    async def match(
        self, request: Asked, desk: TheDesk, renderer: TheRenderer, match_id: FromPath[str]
    ) -> Response[str]:
        """One match."""
        visit = visit_of(request, desk)
        today = desk.today(visit.zone)
        stream, path = "/live/stream?" + urlencode({"match": match_id}), f"/match/{match_id}"
        try:
            match = await desk.match(match_id)
        except StoreUnavailable:
            return page(renderer, "unable.html", visit, today=today, stream=None, path=path)
        return page(
            renderer,
            "match.html",
            visit,
            match=match,
            day=zones.at(match.match_time, visit.zone).date(),
            today=today,
            stream=stream,
            path=path,
            goal=None,
            **views.match_parts(match),
        )


def visit_of(request: Asked, desk: Desk) -> Visit:
    """The zone asked for, else the one remembered, else the installation's."""
    asked = request.query_params.get("tz")
    if asked is not None:
        return Visit(desk.zone(asked), chosen=True)
    remembered = request.cookies.get(COOKIE)
    known = remembered is not None and desk.knows_zone(remembered)
    return Visit(desk.zone(remembered if known else None), chosen=False)


def page(renderer: Renderer, template: str, visit: Visit, **context: Any) -> Response[str]:
    """A whole page. A zone that was just chosen is remembered."""
    cookie = Cookie(key=COOKIE, value=visit.zone.key, max_age=COOKIE_S, path="/", httponly=True, samesite="lax")
    return Response(
        renderer.page(template, zone=visit.zone, **context),
        media_type=MediaType.HTML,
        headers={"Cache-Control": NO_CACHE, "Vary": "Cookie"},
        cookies=[cookie] if visit.chosen else [],
    )


def failed(renderer: Renderer, request: Request[Any, Any, State], error: Exception) -> Response[str]:
    """A page that says what went wrong."""
    problem = problems.of(error, request_id(request.scope))
    problems.note(problem, error)
    return Response(
        renderer.page("problem.html", problem=problem, stream=None),
        status_code=problem.status,
        media_type=MediaType.HTML,
        headers=problems.headers(problem, error),
    )
