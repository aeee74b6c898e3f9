"""Who asks for a page, as far as a page differs: his zone, what he follows, what he picked."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from litestar.datastructures import Cookie

from touchline.errors import BadInput
from touchline.ids import is_external_id
from touchline.web.desk import Desk
from touchline.web.queries import Asked

ZONE, ZONE_S = "tz", 365 * 24 * 3600
FAVOURITES, FAVOURITES_S = "fav", 30 * 24 * 3600
FAVOURITES_MAX = 100
"""Matches one visitor follows; one more takes the place of the first."""
OWN_SITES = frozenset({"same-origin", "none"})
"""`Sec-Fetch-Site` of a request that no other site made (Fetch Metadata)."""

Choice = TypeVar("Choice", bound=StrEnum)


class Visit(NamedTuple):
    """A visitor's choices; `chosen` says that the zone was picked just now."""

    zone: ZoneInfo
    chosen: bool
    favourites: tuple[str, ...]

    @property
    def followed(self) -> frozenset[str]:
        """The ids of his favourites."""
        return frozenset(self.favourites)

    def cookies(self) -> list[Cookie]:
        """What his browser is to remember."""
        return [_cookie(ZONE, self.zone.key, ZONE_S)] if self.chosen else []


def visit_of(request: Asked, desk: Desk) -> Visit:
    """The zone asked for, else the one remembered, else the installation's. Raises BadInput."""
    favourites = _favourites(request.cookies.get(FAVOURITES, ""))
    asked = request.query_params.get(ZONE)
    if asked is not None:
        return Visit(desk.zone(asked), chosen=True, favourites=favourites)
    remembered = request.cookies.get(ZONE)
    known = remembered is not None and desk.knows_zone(remembered)
    return Visit(desk.zone(remembered if known else None), chosen=False, favourites=favourites)


def picked(request: Asked, allowed: Sequence[Choice]) -> Choice:
    """`?show=`, one of `allowed`; the first of them where nothing is asked. Raises BadInput."""
    asked = request.query_params.get("show", allowed[0])
    found = next((each for each in allowed if each == asked), None)
    if found is None:
        raise BadInput("show", asked, f"one of {', '.join(allowed)}")
    return found


def competition_of(request: Asked) -> str | None:
    """`?competition=`: an id, or None. Raises BadInput."""
    asked: str | None = request.query_params.get("competition")
    if asked and not _is_name(asked):
        raise BadInput("competition", asked, "an id of a competition")
    return asked or None


def toggled(favourites: Sequence[str], match_id: str) -> tuple[str, ...]:
    """The favourites with `match_id`, or without it where it was one. Raises BadInput."""
    if not is_external_id(match_id):
        raise BadInput("toggle", match_id, "an id of a match")
    others = [each for each in favourites if each != match_id]
    return tuple(others if match_id in favourites else [*others, match_id][-FAVOURITES_MAX:])


def remembered(favourites: Iterable[str]) -> Cookie:
    """The cookie of favourites."""
    return _cookie(FAVOURITES, ".".join(favourites), FAVOURITES_S)


def check_own_site(request: Asked) -> None:
    """Refuse what another site's page sends in the visitor's name. Raises BadInput."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in OWN_SITES:
        raise BadInput("Sec-Fetch-Site", site, "a request from a page of ours")
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise BadInput("Origin", origin, "a request from a page of ours")


def way_back(request: Asked) -> str:
    """The page of ours a form was sent from, or the live page."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host") or not came.path.startswith("/"):
        return "/"
    path = "/" + came.path.lstrip("/")
    return f"{path}?{came.query}" if came.query else path


def _favourites(text: str) -> tuple[str, ...]:
    """What a cookie says; anything in it that is no id is passed over."""
    ids = dict.fromkeys(each for each in text.split(".")[-2 * FAVOURITES_MAX :] if is_external_id(each))
    return tuple(ids)[-FAVOURITES_MAX:]


def _is_name(text: str) -> bool:
    """Whether `text` can be an id that a page links to."""
    return len(text) <= 32 and text.isprintable()


def _cookie(name: str, value: str, age_s: int) -> Cookie:
    """A choice of the visitor's, no secret: the script of the page reads it too."""
    return Cookie(key=name, value=value, max_age=age_s, path="/", samesite="lax")
