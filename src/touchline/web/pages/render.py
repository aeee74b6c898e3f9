"""Templates, and the filters they may use. Whatever a page shows is made here, on the server."""

import re
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar.di import NamedDependency
from markupsafe import Markup, escape

from touchline.web import codes
from touchline.web.assets import Assets
from touchline.web.media import SIZES, at_size
from touchline.web.pages import figures, rows
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
            "scripts": assets.modules,
            "markers": codes.MARKERS,
            "goals": codes.GOALS,
            "offered_zones": OFFERED,
        }

    def page(self, name: str, **context: Any) -> str:
        """A whole page, or a part that is a template of its own."""
        return self._templates.get_template(name).render(context)

    def macro(self, part: str, name: str, *given: Any) -> Markup:
        """One macro of a part, as a page calls it."""
        module = self._templates.get_template(f"parts/{part}.html").module
        html: Markup = getattr(module, name)(*given)
        return html


TheRenderer = NamedDependency[Renderer]
"""How a route asks for it."""


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


def small(logo: str) -> str:
    """The address of a crest as a row shows it."""
    return at_size(logo, min(SIZES))


def asking(base: str, **given: str) -> str:
    """The address `base` with more of a query."""
    return f"{base}{'&' if '?' in base else '?'}{urlencode(given)}"


def marked(text: str) -> Markup:
    """A sentence in which `code` stands between backticks."""
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )


FILTERS = {
    "asking": asking,
    "marked": marked,
    "small": small,
    "clock": clock,
    "long_time": long_time,
    "long_day": long_day,
    "iso": iso,
    "state": rows.state,
    "label": rows.label,
    "has_score": rows.has_score,
    "winner": rows.winner,
    "notes": rows.notes,
    "withdrawn": rows.withdrawn,
    "spoken": rows.spoken,
    "said": rows.said,
    "monogram": rows.monogram,
    "hue": rows.hue,
    "words": figures.words,
}
