"""What happened to a match, as the events of the JSON stream tell it."""

from typing import assert_never

from msgspec import Struct

from touchline.feed.items import SIDES
from touchline.feed.shapes import SideName
from touchline.football import status as statuses
from touchline.football.model import (
    CardShown,
    GoalCancelled,
    GoalDetailed,
    GoalReported,
    GoalScored,
    Happening,
    Pair,
    ResultCorrected,
    StatusChanged,
)
from touchline.store.changes import Change


class About(Struct, frozen=True, kw_only=True):
    """What every event of a match says first."""

    match_id: str
    version: int


class StatusEvent(About, frozen=True, kw_only=True):
    """The match entered another status. `missed` are phases nobody told us about."""

    status_id: int
    status: str
    previous: str
    missed: list[str]
    resurrected: bool


class GoalEvent(About, frozen=True, kw_only=True):
    """One step of the score; `score` is after it, `incident` names it where it is known already."""

    side: SideName
    score: Pair
    minute_text: str
    incident: int | None


class GoalDetailEvent(About, frozen=True, kw_only=True):
    """The incident of a goal that was told before; its score says which."""

    side: SideName
    score: Pair
    incident: int


class GoalReportedEvent(About, frozen=True, kw_only=True):
    """A goal on the list of incidents that the score does not have yet: no score moves, a `goal` may follow."""

    side: SideName
    score: Pair
    incident: int


class GoalCancelledEvent(About, frozen=True, kw_only=True):
    """A goal was taken back: the one with that incident, which had made it `previous`."""

    side: SideName
    score: Pair
    previous: Pair
    incident: int | None


class CardEvent(About, frozen=True, kw_only=True):
    """A card was shown. `card` is `yellow`, `red` or `second_yellow`."""

    side: SideName
    card: str
    incident: int


class ResultCorrectedEvent(About, frozen=True, kw_only=True):
    """The result of an ended match is another: `score` in place of `previous`."""

    score: Pair
    previous: Pair


class GoneEvent(About, frozen=True, kw_only=True):
    """The match is shown nowhere any more."""


CARDS = {3: "yellow", 4: "red", 15: "second_yellow"}


def told_as(change: Change, what: Happening) -> tuple[str, About]:
    """Name and data of the event that tells `what` of `change`. Total: nothing that happens is left out."""
    match what:
        case StatusChanged():
            return "status", _status(change, what)
        case GoalScored():
            return "goal", _goal(change, what)
        case GoalDetailed():
            return "goal_detail", GoalDetailEvent(
                match_id=change.match_id,
                version=change.seq,
                side=SIDES[what.side],
                score=what.score,
                incident=what.incident,
            )
        case GoalReported():
            return "goal_reported", GoalReportedEvent(
                match_id=change.match_id,
                version=change.seq,
                side=SIDES[what.side],
                score=what.score,
                incident=what.incident,
            )
        case GoalCancelled():
            return "goal_cancelled", _cancelled(change, what)
        case CardShown():
            return "card", _card(change, what)
        case ResultCorrected():
            return "result_corrected", ResultCorrectedEvent(
                match_id=change.match_id, version=change.seq, score=what.after, previous=what.before
            )
        case _:
            assert_never(what)


def _status(change: Change, what: StatusChanged) -> StatusEvent:
    return StatusEvent(
        match_id=change.match_id,
        version=change.seq,
        status_id=int(what.after),
        status=statuses.label(what.after),
        previous=statuses.label(what.before),
        missed=[statuses.label(each) for each in what.missed],
        resurrected=what.resurrected,
    )


def _goal(change: Change, what: GoalScored) -> GoalEvent:
    return GoalEvent(
        match_id=change.match_id,
        version=change.seq,
        side=SIDES[what.side],
        score=what.score,
        minute_text=what.minute_text,
        incident=what.incident,
    )


def _cancelled(change: Change, what: GoalCancelled) -> GoalCancelledEvent:
    return GoalCancelledEvent(
        match_id=change.match_id,
        version=change.seq,
        side=SIDES[what.side],
        score=what.score,
        previous=what.previous,
        incident=what.incident,
    )


def _card(change: Change, what: CardShown) -> CardEvent:
    return CardEvent(
        match_id=change.match_id,
        version=change.seq,
        side=SIDES[what.side],
        card=CARDS.get(what.type, str(what.type)),
        incident=what.incident,
    )
