"""What a provider can be asked, whatever it plays."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from touchline.simulator.catalogue import Catalogue
from touchline.simulator.script import Frame, Script
from touchline.simulator.wire import Record

PROVIDER_ZONE_S = 8 * 3_600
"""The provider's day begins at midnight of UTC+8."""
DAY_S = 86_400
LIVE_S = 7_200
"""`detail_live` shows what changed within it."""


class Scene(Protocol):
    """Everything that is played. Instants are football time; an answer follows from `now` alone."""

    @property
    def catalogue(self) -> Catalogue:
        """Every named thing."""

    def frames(self, after: float, until: float) -> Iterator[Frame]:
        """What is pushed in (after, until], in order."""

    def records(self, now: float) -> Iterator[Record]:
        """Every match record."""

    def record(self, match_id: str, now: float) -> Record | None:
        """One match record."""

    def details(self, now: float) -> Iterator[Record]:
        """The live detail of every match that changed lately."""

    def history(self, match_id: str, now: float) -> Record | None:
        """The live detail of one finished match."""

    def script(self, match_id: str, now: float) -> Script | None:
        """One match as it is told; None where there is none, or nobody knows more than was pushed."""

    def deleted(self, now: float) -> Sequence[str]:
        """Matches withdrawn in the last 24 hours."""

    def scripts(self, now: float) -> Sequence[Script]:
        """The matches played around now, for whoever checks us."""


def provider_day(day: int) -> tuple[int, int]:
    """First second, and first second after, of a provider's day (days since 1970 in UTC+8)."""
    first = day * DAY_S - PROVIDER_ZONE_S
    return first, first + DAY_S


def day_of(instant: float) -> int:
    """The provider's day an instant lies in."""
    return int(instant + PROVIDER_ZONE_S) // DAY_S
