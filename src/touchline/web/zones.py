"""Time zones exist only here, at the edge: which are known, and where a local day begins and ends."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from touchline.errors import BadInput
from touchline.settings.parts import zone_names

FIRST_DAY = date(1970, 1, 2)
LAST_DAY = date(2099, 12, 31)
OFFERED = (
    "UTC",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/Bogota",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Madrid",
    "Europe/Paris",
    "Europe/Rome",
    "Africa/Lagos",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Europe/Athens",
    "Europe/Kyiv",
    "Europe/Istanbul",
    "Africa/Nairobi",
    "Asia/Riyadh",
    "Asia/Dubai",
    "Asia/Tehran",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""What the pages offer in their list; any other IANA zone can be asked for by name."""


class Day(NamedTuple):
    """One calendar day in one zone."""

    local: date
    zone: ZoneInfo
    span: tuple[int, int]
    """Half open, Unix seconds."""

    @classmethod
    def of(cls, day: date, zone: ZoneInfo) -> Self:
        """That day there."""
        return cls(day, zone, span(day, zone))

    def has(self, instant: float) -> bool:
        """Whether the instant lies in it."""
        return self.span[0] <= instant < self.span[1]


class Zones:
    """The zones this machine knows, by their IANA names."""

    def __init__(self) -> None:
        self._names = zone_names()

    def named(self, name: str) -> ZoneInfo:
        """The zone called `name`; BadInput names what was asked for."""
        if name not in self._names:
            raise BadInput("tz", name, "an IANA time zone such as Europe/Istanbul")
        return ZoneInfo(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names


def day_of(text: str) -> date:
    """The calendar day `text` names as YYYY-MM-DD."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.isoformat() != text or not FIRST_DAY <= day <= LAST_DAY:
        raise BadInput("date", text, f"a day YYYY-MM-DD from {FIRST_DAY} to {LAST_DAY}")
    return day


def today(now: float, zone: ZoneInfo) -> date:
    """The calendar day in `zone` at `now`."""
    return datetime.fromtimestamp(now, zone).date()


def span(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """The half-open local day in Unix seconds: 23 or 25 hours long at a clock change."""
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def at(instant: int, zone: ZoneInfo) -> datetime:
    """The local time of an instant."""
    return datetime.fromtimestamp(instant, UTC).astimezone(zone)


def _midnight(day: date, zone: ZoneInfo) -> int:
    # A midnight that the clocks skip is read with the offset before the change, which names the
    # instant of the change; one that comes twice is the first.
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
