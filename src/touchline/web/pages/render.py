"""Templates, and the filters they may use. Whatever a page shows is made here, on the server."""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar.di import NamedDependency
from markupsafe import Markup, escape

from touchline.football.text import NOTHING
from touchline.web import codes
from touchline.web.assets import Assets
from touchline.web.pages import views
from touchline.web.zones import OFFERED, at


class Renderer:
    """The templates of the pages and of the fragments."""

    def __init__(self, assets: Assets) -> None:
        self._templates = Environment(
            loader=PackageLoader("touchline.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= FILTERS
        self._templates.globals |= {
            "asset": assets.url,
            "markers": codes.MARKERS,
            "goals": codes.GOALS,
            "offered_zones": OFFERED,
        }

    def page(self, name: str, **context: Any) -> str:
        """A whole page, or a part that is a template of its own."""
        return self._templates.get_template(name).render(context)


TheRenderer = NamedDependency[Renderer]
"""How a route asks for it."""


def shown(minute_text: str) -> str:
    """The minute's text verbatim; a page prints nothing for the dash."""
    return "" if minute_text == NOTHING else minute_text


def clock(instant: int, zone: ZoneInfo) -> str:
    """`20:45` in `zone`."""
    return at(instant, zone).strftime("%H:%M")


def long_time(instant: int, zone: ZoneInfo) -> str:
    """`Saturday 7 February 2026, 20:45` in `zone`."""
    local = at(instant, zone)
    return f"{long_day(local.date())}, {local:%H:%M}"


def long_day(day: date) -> str:
    """`Saturday 7 February 2026`."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def iso(instant: int) -> str:
    """The instant as RFC 3339, for machines."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def marked(text: str) -> Markup:
    """A sentence in which `code` stands between backticks."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


FILTERS = {
    "marked": marked,
    "shown": shown,
    "clock": clock,
    "long_time": long_time,
    "long_day": long_day,
    "iso": iso,
    "state": views.state,
    "has_score": views.has_score,
    "winner": views.winner,
    "notes": views.notes,
    "monogram": views.monogram,
    "hue": views.hue,
    "words": views.words,
}
