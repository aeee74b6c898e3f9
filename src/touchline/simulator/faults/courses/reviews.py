"""F30, F34: what is given and taken back: goals and cards."""

from collections.abc import Mapping

from touchline.simulator import wire
from touchline.simulator.course import Course, Happening, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.wire import AWAY, HOME

AWARDED, RED_GIVEN = 1, 5
"""Reasons of a review."""
REVIEW_S = 70


def _goal_cancelled(course: Course) -> Course:
    """A goal of each side that does not count."""
    draft = Draft(course)
    for side, s in ((HOME, 1_200), (AWAY, 1_500)):
        goal = draft.add(What.GOAL, 0, s, side)
        draft.add(What.REVIEW, 0, s + REVIEW_S, side, about=goal, codes=(AWARDED, wire.GOAL_CANCELLED))
    return draft.done()


def _goal_given_again(course: Course) -> Course:
    """A goal of each side that is taken back, and counts after all."""
    draft = Draft(course)
    for side, s in ((HOME, 1_200), (AWAY, 1_500)):
        goal = draft.add(What.GOAL, 0, s, side)
        review = draft.add(What.REVIEW, 0, s + REVIEW_S, side, about=goal, codes=(AWARDED, wire.GOAL_CANCELLED))
        again = draft.period(0).start + s + 2 * REVIEW_S
        draft.put(Happening(at=again, what=What.REINSTATED, key=review, about=goal))
    return draft.done()


def _red_cancelled(course: Course) -> Course:
    draft = Draft(course)
    card = draft.add(What.RED, 1, 900, HOME)
    draft.add(What.REVIEW, 1, 900 + REVIEW_S, HOME, about=card, codes=(RED_GIVEN, wire.RED_CANCELLED))
    return draft.done()


REVIEWS: Mapping[str, Variant] = {
    "goals cancelled": Variant(plays=_goal_cancelled),
    "goals given again": Variant(plays=_goal_given_again),
    "red card cancelled": Variant(plays=_red_cancelled),
}


def _second_yellow_alone(course: Course) -> Course:
    """Nobody told of the first one."""
    draft = Draft(course)
    draft.add(What.SECOND_YELLOW, 1, 1_200, AWAY)
    return draft.done()


def _direct_red(course: Course) -> Course:
    draft = Draft(course)
    draft.add(What.RED, 1, 1_200, AWAY)
    return draft.done()


def _rescinded(course: Course) -> Course:
    """A red and a yellow card that vanish, without a review."""
    draft = Draft(course)
    for what, s in ((What.RED, 1_200), (What.YELLOW, 1_500)):
        card = draft.add(what, 1, s, AWAY)
        gone = draft.period(1).start + s + 2 * REVIEW_S
        draft.put(Happening(at=gone, what=What.RESCINDED, about=card))
    return draft.done()


CARDS: Mapping[str, Variant] = {
    "second yellow alone": Variant(plays=_second_yellow_alone),
    "direct red": Variant(plays=_direct_red),
    "rescinded": Variant(plays=_rescinded),
}
