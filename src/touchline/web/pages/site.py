"""The pages: live, a day, a match, and what a visitor follows. They show what the API answers, and no more."""

from typing import Annotated, Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from touchline.errors import BadInput, StoreUnavailable
from touchline.web import problems, zones
from touchline.web.desk import TheDesk
from touchline.web.pages.lists import DAY_SHOWN, LIVE_SHOWS
from touchline.web.pages.press import ThePress
from touchline.web.pages.render import Renderer, TheRenderer
from touchline.web.pages.visit import (
    check_own_site,
    competition_of,
    picked,
    remembered,
    toggled,
    visit_of,
    way_back,
)
from touchline.web.queries import QUERY, Asked
from touchline.web.requests import request_id

FORM_BYTES_MAX = 4_096
LIST_QUERY = ("tz", "show", "competition")


class Site(Controller):
    """Everything a fan sees. A public page never fails with the database: it says what it can't show."""

    include_in_schema = False

    @get("/", opt={QUERY: LIST_QUERY}, media_type=MediaType.HTML, sync_to_thread=False)
    def live(self, request: Asked, desk: TheDesk, press: ThePress) -> Response[bytes]:
        """What is being played now."""
        visit = visit_of(request, desk)
        sheet = press.live(visit, picked(request, LIVE_SHOWS), competition_of(request))
        return sheet.answer(request, visit.cookies())

    @get("/day", opt={QUERY: ("tz", "date")}, sync_to_thread=False)
    def any_day(self, request: Asked, desk: TheDesk) -> Redirect:
        """The page of the day asked for in a form, or of today."""
        asked = request.query_params.get("date")
        day = zones.day_of(asked) if asked else desk.today(visit_of(request, desk).zone)
        return Redirect(f"/day/{day.isoformat()}", status_code=303)

    @get("/day/{day:str}", opt={QUERY: LIST_QUERY}, media_type=MediaType.HTML)
    async def day(self, request: Asked, desk: TheDesk, press: ThePress, day: FromPath[str]) -> Response[bytes]:
        """The fixtures of one calendar day."""
        visit, show = visit_of(request, desk), picked(request, tuple(DAY_SHOWN))
        sheet = await press.day(visit, zones.day_of(day), show, competition_of(request))
        return sheet.answer(request, visit.cookies())

    @get("/match/{match_id:str}", opt={QUERY: ("tz",)}, media_type=MediaType.HTML)
    async def match(
        self, request: Asked, desk: TheDesk, press: ThePress, match_id: FromPath[str]
    ) -> Response[bytes]:
        """One match."""
        visit = visit_of(request, desk)
        try:
            sheet = await press.match(visit, match_id)
        except StoreUnavailable:
            sheet = press.unable(visit, f"/match/{match_id}")
        return sheet.answer(request, visit.cookies())

    @post("/favourites", request_max_body_size=FORM_BYTES_MAX, sync_to_thread=False)
    def favourite(
        self,
        request: Asked,
        desk: TheDesk,
        data: Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)],
    ) -> Redirect:
        """Follow a match, or no longer, and go back to where the star was."""
        check_own_site(request)
        if set(data) != {"toggle"}:
            raise BadInput("toggle", data.get("toggle", ""), "one id of a match, and nothing beside it")
        favourites = toggled(visit_of(request, desk).favourites, data["toggle"])
        return Redirect(way_back(request), status_code=303, cookies=[remembered(favourites)])

    @get("/offline", media_type=MediaType.HTML, sync_to_thread=False)
    def offline(self, renderer: TheRenderer) -> Response[str]:
        """What stands for a page that was not kept, where there is no network."""
        return Response(renderer.page("offline.html", stream=None), headers={"Cache-Control": "no-cache"})


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
