"""Lines of the text commentary. Shown to people, never read by anybody for a score."""

from touchline.simulator import wire
from touchline.simulator.course import Fixture, Happening, What
from touchline.simulator.wire import Record

STATUS_LINES = {
    wire.FIRST_HALF: "The first half is under way.",
    wire.HALF_TIME: "Half-time.",
    wire.SECOND_HALF: "The second half is under way.",
    wire.EXTRA_TIME: "Extra time is under way.",
    wire.SHOOT_OUT: "It goes to penalties.",
    wire.ENDED: "Full-time.",
}

EVENT_LINES = {
    What.GOAL: "Goal for {team}!",
    What.PENALTY: "{team} score from the spot.",
    What.OWN_GOAL: "Own goal, in favour of {team}.",
    What.PENALTY_MISSED: "{team} miss a penalty.",
    What.YELLOW: "Yellow card, {team}.",
    What.SECOND_YELLOW: "Second yellow card, {team} are a player short.",
    What.RED: "Red card, {team}.",
    What.SUBSTITUTION: "Substitution, {team}.",
    What.CORNER: "Corner, {team}.",
    What.REVIEW: "Video review.",
}


def line(happening: Happening, fixture: Fixture) -> Record | None:
    """What the commentary says of `happening`; None for what it does not mention."""
    if happening.what is What.STATUS:
        text = STATUS_LINES.get(happening.status)
        return {"time": "", "data": text, "position": wire.NEUTRAL} if text else None
    template = EVENT_LINES.get(happening.what)
    if template is None:
        return None
    team = fixture.home if happening.side == wire.HOME else fixture.away
    time = _time(happening)
    return {"time": time, "data": f"{time} {template.format(team=team)}".strip(), "position": happening.side}


def _time(happening: Happening) -> str:
    if happening.added:
        return f"{happening.minute - happening.added}'+{happening.added}'"
    return f"{happening.minute}'" if happening.minute else ""
