"""What truly happens in one match, before anybody tells it.

A course is football: kick-offs, goals, cards, whistles, each at its true instant. How and
when the provider says so is `telling.py`. Instants are whole Unix seconds of football time.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from touchline.simulator import wire


class What(StrEnum):
    """Kinds of happenings."""

    STATUS = "status"
    STAMP = "stamp"
    GOAL = "goal"
    PENALTY = "penalty"
    OWN_GOAL = "own_goal"
    PENALTY_MISSED = "penalty_missed"
    YELLOW = "yellow"
    SECOND_YELLOW = "second_yellow"
    RED = "red"
    SUBSTITUTION = "substitution"
    CORNER = "corner"
    CORNER_BACK = "corner_back"
    BOARD = "board"
    MARK = "mark"
    REVIEW = "review"
    REINSTATED = "reinstated"
    DETAIL = "detail"
    KICK_SCORED = "kick_scored"
    KICK_MISSED = "kick_missed"
    RESCINDED = "rescinded"
    AWARDED = "awarded"
    RECORD = "record"


GOALS = (What.GOAL, What.PENALTY, What.OWN_GOAL)


class Player(Struct, frozen=True):
    """Somebody on the pitch. An empty name is unknown."""

    id: str
    name: str


class Happening(Struct, frozen=True, kw_only=True):
    """One thing that happens. Only the fields its kind needs are set."""

    at: int
    what: What
    key: int = 0
    """Identity within the match, for a later happening that is `about` it."""
    about: int = 0
    side: int = wire.NEUTRAL
    """For goals the side that profits."""
    minute: int = 0
    added: int = 0
    """Minutes past the period's end; on a board the minutes announced."""
    player: Player | None = None
    other: Player | None = None
    """Who assisted, or who leaves the pitch."""
    status: int = 0
    stamp: int = 0
    mark: int = 0
    """Incident type of a period marker."""
    codes: tuple[int, int] = (0, 0)
    """Reason and result of a video review; of an award the goals, home's and away's."""
    vague: bool = False
    """First told without names; a DETAIL brings them."""
    record: tuple[tuple[str, int | str], ...] = ()
    """Fields of the match record that change."""


class Span(Struct, frozen=True):
    """A period as it is really played."""

    name: str
    """1H, 2H, E1, E2."""
    start: int
    end: int


class Fixture(Struct, frozen=True, kw_only=True):
    """A match as the schedule knows it."""

    id: str
    competition_id: str
    competition: str
    season_id: str
    stage_id: str
    home_id: str
    home: str
    away_id: str
    away: str
    scheduled: int
    announced: int
    """`updated_at` of the schedule entry."""
    venue_id: str = ""
    referee_id: str = ""
    round_num: int = 0
    neutral: int = 0
    family: str = ""
    """How names sound in that country."""
    cup: bool = False
    home_strength: float = 1.0
    """Goals the side scores, as a factor of the average."""
    away_strength: float = 1.0
    source: str = ""
    """The timeline or recording it comes from; empty for an invented match."""


class Course(Struct, frozen=True, kw_only=True):
    """The whole of one match."""

    fixture: Fixture
    spans: Sequence[Span] = ()
    kicks_start: int | None = None
    ended: int | None = None
    """The last whistle; None when the match is not played."""
    happenings: Sequence[Happening] = ()
    squads: Sequence[Sequence[Player]] = ()
    """Home's and away's, those who start first; none where nobody knows them."""
    thin: bool = False
    """Score only: no statistics, no corners, no line-ups."""
    commented: bool = False
    """Has a text commentary."""


def in_order(happenings: Sequence[Happening]) -> list[Happening]:
    """`happenings` by time; what was listed first stays first within a second."""
    return sorted(happenings, key=lambda happening: happening.at)
