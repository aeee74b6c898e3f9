"""F31, F32, F33, F45: incidents that are rewritten, and such as are easily taken for one another."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from touchline.simulator import wire
from touchline.simulator.course import Course, Player, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.faults.courses.words import Body, between, edited, entries
from touchline.simulator.script import Kind, Script
from touchline.simulator.wire import AWAY, HOME, Json, Record, invented_id

GOALS_S = {HOME: 1_200, AWAY: 1_500}
"""Seconds of the first half in which the goals fall whose entries are rewritten."""
REWRITTEN_S = 1_600
REWRITES_S = 120
"""How long an entry is told otherwise."""
NAMES = ("player_id", "player_name", "assist1_id", "assist1_name")


def _with_goals(what: What) -> Callable[[Course], Course]:
    """A goal of each side, and a card."""

    def play(course: Course) -> Course:
        draft = Draft(course)
        for side, s in GOALS_S.items():
            draft.add(what, 0, s, side)
        draft.add(What.YELLOW, 0, 1_000, HOME)
        return draft.done()

    return play


def _otherwise(edit: Callable[[list[Record]], list[Record]], times: int = 1) -> Callable[[Script], Script]:
    """The list is told otherwise for a while, and then right again."""

    def reworded(body: Body) -> Body:
        return [*edit(entries(body))]

    def tell(script: Script) -> Script:
        begins = script.course.spans[0].start + REWRITTEN_S
        for number in range(times):
            since = begins + 2 * REWRITES_S * number
            script = between(script, Kind.INCIDENTS, since, since + REWRITES_S, reworded)
        return script

    return tell


def _is_goal(entry: Record) -> bool:
    return entry["type"] in wire.GOAL_TYPES


def _nameless(listed: list[Record]) -> list[Record]:
    return [{name: value for name, value in entry.items() if name not in NAMES} for entry in listed]


def _earlier(by_min: int) -> Callable[[list[Record]], list[Record]]:
    def edit(listed: list[Record]) -> list[Record]:
        return [
            {**entry, "time": _whole(entry["time"]) - by_min} if _is_goal(entry) else entry for entry in listed
        ]

    return edit


def _typed(type_: int) -> Callable[[list[Record]], list[Record]]:
    def edit(listed: list[Record]) -> list[Record]:
        return [{**entry, "type": type_} if _is_goal(entry) else entry for entry in listed]

    return edit


def _exchanged(listed: list[Record]) -> list[Record]:
    """Every goal is the other side's, with its running score."""
    told: list[Record] = []
    home = away = 0
    for entry in listed:
        if _is_goal(entry):
            side = wire.other(_whole(entry["position"]))
            home, away = home + (side == HOME), away + (side == AWAY)
            told.append({**entry, "position": side, "home_score": home, "away_score": away})
        else:
            told.append(entry)
    return told


def _shorter(listed: list[Record]) -> list[Record]:
    return listed[:-2]


def _doubled(listed: list[Record]) -> list[Record]:
    """The half-time whistle twice, the second a minute later."""
    marks = [entry for entry in listed if entry["type"] == wire.MARK_HALF_TIME]
    return [*listed, *({**mark, "time": 46} for mark in marks)]


def _doubled_whistle(script: Script) -> Script:
    since = script.course.spans[0].end + 60
    return between(script, Kind.INCIDENTS, since, since + REWRITES_S, lambda body: [*_doubled(entries(body))])


def _late_whistle(course: Course) -> Course:
    """Half-time at 47."""
    draft = Draft(course)
    draft.change(lambda one: replace(one, minute=47) if one.mark == wire.MARK_HALF_TIME else one)
    return draft.done()


def _whistle_moves(script: Script) -> Script:
    """The half-time whistle is told at 45, then 46, and in the end where it was."""
    half_time = script.course.spans[0].end
    for number, minute in enumerate((45, 46)):
        since = half_time + 300 * number
        script = between(script, Kind.INCIDENTS, since, since + 300, _whistled(minute))
    return script


def _whistled(minute: int) -> Callable[[Body], Body]:
    def edit(body: Body) -> Body:
        return [
            {**entry, "time": minute} if entry["type"] == wire.MARK_HALF_TIME else entry
            for entry in entries(body)
        ]

    return edit


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0


REWRITTEN: Mapping[str, Variant] = {
    "players added": Variant(plays=_with_goals(What.GOAL), tells=_otherwise(_nameless)),
    "minutes moved": Variant(plays=_with_goals(What.GOAL), tells=_otherwise(_earlier(2))),
    "goals into own goals": Variant(plays=_with_goals(What.OWN_GOAL), tells=_otherwise(_typed(wire.GOAL))),
    "sides exchanged": Variant(plays=_with_goals(What.GOAL), tells=_otherwise(_exchanged)),
    "shorter": Variant(plays=_with_goals(What.GOAL), tells=_otherwise(_shorter, times=2)),
    "half-time twice": Variant(tells=_doubled_whistle),
    "half-time moved": Variant(plays=_late_whistle, tells=_whistle_moves),
}


# ---------------------------------------------------------------- what is easily taken for one

STOPPAGE_S = 2_700
STRETCHED_S = 7 * 60


def _two_in_a_minute(course: Course) -> Course:
    """Two goals of a side within one minute, of each side."""
    draft = Draft(course)
    for side, s in ((HOME, 1_800), (AWAY, 2_100)):
        draft.add(What.GOAL, 0, s + 5, side)
        draft.add(What.GOAL, 0, s + 45, side)
    return draft.done()


def _own_goals(course: Course) -> Course:
    draft = Draft(course)
    for side, s in ((HOME, 1_805), (AWAY, 2_105)):
        draft.add(What.OWN_GOAL, 0, s, side)
    return draft.done()


def _four_changes(course: Course) -> Course:
    """Four substitutions of a side in one second, at 60'."""
    draft = Draft(course)
    for number in range(4):
        names = (
            Player(invented_id(course.fixture.id, role, number), f"{role} {number}") for role in ("On", "Off")
        )
        draft.add(
            What.SUBSTITUTION, 1, 14 * 60 + 10, HOME, **dict(zip(("player", "other"), names, strict=True))
        )
    return draft.done()


CROWDED: Mapping[str, Variant] = {
    "two goals in a minute": Variant(plays=_two_in_a_minute),
    "own goals": Variant(plays=_own_goals),
    "four substitutions": Variant(plays=_four_changes),
}


def _around_half_time(course: Course) -> Course:
    """A goal of each side in 45+3, and a substitution of each at once after half-time, told at 45."""
    draft = _stretched(course)
    for number, side in enumerate((HOME, AWAY)):
        draft.add(What.GOAL, 0, STOPPAGE_S + 125 + 20 * number, side)
        names = (Player(invented_id(course.fixture.id, role, side), f"{role} {side}") for role in ("On", "Off"))
        at_45 = {**dict(zip(("player", "other"), names, strict=True)), "minute": 45}
        draft.add(What.SUBSTITUTION, 1, 2 + number, side, **at_45)
    return draft.done()


def _stretched(course: Course) -> Draft:
    """The first half has seven minutes more."""
    draft = Draft(course)
    draft.delay(draft.period(0).end, STRETCHED_S)
    return draft


def _added_time(said: bool) -> Callable[[Script], Script]:
    """Goals of the first half's stoppage have `add_time`, or have none."""

    def reworded(body: Body) -> Body:
        told: Body = []
        over = False
        for entry in entries(body):
            over = over or entry["type"] == wire.MARK_HALF_TIME
            if _is_goal(entry) and not over and _whole(entry["time"]) > 45:
                entry.pop("add_time", None)
                if said:
                    entry["add_time"] = _whole(entry["time"]) - 45
            told.append(entry)
        return told

    return lambda script: edited(script, Kind.INCIDENTS, reworded)


AROUND_HALF_TIME: Mapping[str, Variant] = {
    "with added time": Variant(plays=_around_half_time, tells=_added_time(said=True)),
    "without": Variant(plays=_around_half_time, tells=_added_time(said=False)),
}


def _late_and_early(course: Course) -> Course:
    """A goal in 45+6, and one of the other side in 46."""
    draft = _stretched(course)
    draft.add(What.GOAL, 0, STOPPAGE_S + 5 * 60 + 20, HOME)
    draft.add(What.GOAL, 1, 20, AWAY)
    return draft.done()


LATE_AND_EARLY: Mapping[str, Variant] = {"45+6, then 46": Variant(plays=_late_and_early)}
