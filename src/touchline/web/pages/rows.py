"""How one match looks in a list: its state, its score, its small print, and how it is read out."""

from typing import NamedTuple

from touchline.feed.shapes import MatchItem, SideName
from touchline.football.model import LIVE, RUNNING, Status
from touchline.football.text import NOTHING

UNCERTAIN = frozenset({Status.DELAYED, Status.CANCELLED, Status.TO_BE_DETERMINED})
"""A match may come to these before or after it began: no goals, no score."""
HUES = 12
"""Colours of the monograms; the style sheet has a class for each."""
LEGAL_FORMS = frozenset(
    {"fc", "sc", "afc", "cf", "ac", "sk", "fk", "bk", "if", "cd", "club", "the", "of", "de"}
)
SPOKEN = {
    Status.ABNORMAL: "no information",
    Status.NOT_STARTED: "not started",
    Status.FIRST_HALF: "first half",
    Status.HALF_TIME: "half-time",
    Status.SECOND_HALF: "second half",
    Status.EXTRA_TIME: "extra time",
    Status.SHOOT_OUT: "penalty shoot-out",
    Status.ENDED: "full time",
    Status.DELAYED: "delayed",
    Status.INTERRUPTED: "interrupted",
    Status.ABANDONED: "abandoned",
    Status.CANCELLED: "cancelled",
    Status.TO_BE_DETERMINED: "to be determined",
}


class Marks(NamedTuple):
    """The changes at which a match last had something to flash for; 0: not heard of."""

    goal: int = 0
    cancelled: int = 0
    red: int = 0
    goal_side: SideName | None = None


NO_MARKS = Marks()


class Note(NamedTuple):
    """One piece of the small print; `kind` is its class."""

    kind: str
    text: str


def status_of(match: MatchItem) -> Status | None:
    """The status as we know it, or None where the number is new to us."""
    try:
        return Status(match.status_id)
    except ValueError:
        return None


def state(match: MatchItem) -> str:
    """How a row looks: `running`, `break`, `expected`, `before`, `over` or `off`."""
    status = status_of(match)
    if status in RUNNING:
        return "running"
    if status in LIVE:
        return "break"
    if status is Status.NOT_STARTED:
        return "expected" if match.live_state else "before"
    return "over" if status is Status.ENDED else "off"


def label(match: MatchItem) -> str:
    """The minute's text verbatim; nothing for the dash, and the number of a status we don't know."""
    if match.minute_text != NOTHING:
        return match.minute_text
    return "" if status_of(match) is not None else f"Status {match.status_id}"


def has_score(match: MatchItem) -> bool:
    """Whether there is a score to show: a match that has not begun has none."""
    status = status_of(match)
    if status is Status.NOT_STARTED:
        return False
    return status not in UNCERTAIN or match.score.home + match.score.away > 0


def winner(match: MatchItem) -> SideName | None:
    """Who won, when it is over."""
    if match.status_id != Status.ENDED:
        return None
    for home, away in filter(None, (match.score.shootout, [match.score.home, match.score.away])):
        if home != away:
            return SideName.HOME if home > away else SideName.AWAY
    return None


def notes(match: MatchItem) -> list[Note]:
    """Small print of a score: half-time, after extra time, the kicks."""
    found = []
    if match.score.shootout is not None:
        found.append(Note("kicks", "Pens {}–{}".format(*match.score.shootout)))
    elif match.score.extra_time is not None and match.status_id == Status.ENDED:
        found.append(Note("after", "After ET"))
    if match.score.half_time is not None and match.status_id != Status.HALF_TIME:
        found.append(Note("half", "HT {}–{}".format(*match.score.half_time)))
    return found


def withdrawn(match: MatchItem, marks: Marks) -> bool:
    """Whether the last word about the score was that a goal does not stand, and the match goes on."""
    return marks.cancelled > marks.goal and status_of(match) in LIVE


def spoken(match: MatchItem) -> str:
    """The row as it is read out: `Home FC 2, Away SK 1, 67 minutes`."""
    words = [_standing(match), _moment(match)]
    words += [
        f"{reds} red {'card' if reds == 1 else 'cards'} {team.name}"
        for reds, team in zip(match.cards.red, (match.home, match.away), strict=True)
        if reds
    ]
    words += ["data delayed"] if match.stale_reason else []
    return ", ".join(words)


def said(match: MatchItem, marks: Marks) -> str:
    """What a follower is told of the newest thing that happened; empty where there is nothing to tell."""
    standing = _standing(match)
    if match.status_id == Status.ENDED:
        return f"Full time: {standing}"
    newest = max(marks.goal, marks.cancelled, marks.red)
    if newest == 0:
        return ""
    if newest == marks.goal:
        return f"Goal! {standing}"
    return f"{'Goal withdrawn' if newest == marks.cancelled else 'Red card'}: {standing}"


def monogram(name: str) -> str:
    """Two or three letters that stand for a crest."""
    parts = [part for part in name.replace("-", " ").replace(".", " ").split() if part[0].isalnum()]
    telling = [part for part in parts if part.lower() not in LEGAL_FORMS] or parts
    if len(telling) >= 2:
        return "".join(part[0] for part in telling[:3]).upper()
    return telling[0][:3].upper() if telling else "?"


def hue(team_id: str) -> int:
    """The colour of a monogram: the same for a team everywhere."""
    return sum(ord(letter) * place for place, letter in enumerate(team_id, start=1)) % HUES


def _standing(match: MatchItem) -> str:
    if not has_score(match):
        return f"{match.home.name} v {match.away.name}"
    score = match.score
    standing = f"{match.home.name} {score.home}, {match.away.name} {score.away}"
    return standing if score.shootout is None else "{}, kicks {} to {}".format(standing, *score.shootout)


def _moment(match: MatchItem) -> str:
    if match.minute_text.endswith("'"):
        return f"{match.minute_text[:-1]} minutes"
    status = status_of(match)
    return f"status {match.status_id}" if status is None else SPOKEN[status]
