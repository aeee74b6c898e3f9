"""Rows together: matches that go several ways at once, from a provider that is wrong in several ways at once.

Which rows meet is drawn by the number of a world. While it plays, those of the provider are exchanged for
others, and one that leaves nothing to be read comes and goes. Every match must end as the provider finally
means it, which is asked of the provider itself, and what was told of goals must add up to that.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

import pytest
from tests.faults.plain import a_course, named
from tests.faults.stage import Stage, play_all
from tests.faults.world import EPOCH, Seen, World

from touchline.embedded.postgres import Postgres
from touchline.simulator.faults.courses import COURSES, told
from touchline.simulator.faults.switches import Switches
from touchline.simulator.programme import Programme
from touchline.simulator.telling import loose

FEW, MANY = (6,), tuple(range(1, 25))
MATCHES = 4
FIRST_S = 3_000
"""From the beginning to the kick-off of every match; one that is cancelled first is so 40 minutes before it."""
STATS_EVERY_S = 600
TURN_S = FIRST_S + 3_000
"""When the provider's rows are exchanged."""
OUT_S = (FIRST_S + 600, FIRST_S + 2_000)
"""From when to when next to nothing can be read."""
WAYS = 3
FAULTS = 4
ANSWERED = ("F01", "F02", "F04", "F06", "F07", "F08", "F09", "F10", "F12", "F13", "F14", "F20", "F21")
OUTAGES = ("F03", "F05", "F23", "S01")
APART = {"F28"}
"""Of two that are each other's repeats, out of order, nobody can say which was meant."""
A_DAY_LATER = ("F46", "replaced a day later")
NINETY_MINUTES = 12
"""The whistle is in no list where nobody tells of the end."""
PAIRS = {
    "score_regular": "regular",
    "score_half_time": "half_time",
    "score_extra_time": "extra_time",
    "score_shoot_out": "shoot_out",
    "red_cards": "red_cards",
    "yellow_cards": "yellow_cards",
    "corners": "corners",
}
"""Columns of a row, and what the provider calls them."""

Way = tuple[str, str]


def ways(number: int, match: int) -> list[Way]:
    """What happens to a match of a world: rows, and how each shows."""
    rng = Random(f"{number} {match}")  # noqa: S311 - a play, not a secret
    rows = sorted(rng.sample(sorted(COURSES.keys() - APART), WAYS))
    return [(row, rng.choice([name for name in COURSES[row] if (row, name) != A_DAY_LATER])) for row in rows]


def faults(number: int) -> tuple[Sequence[str], Sequence[str], str]:
    """What the provider does wrong before the turn, what after it, and what leaves nothing to be read."""
    rng = Random(number)  # noqa: S311
    drawn = rng.sample(ANSWERED, 2 * FAULTS)
    return drawn[:FAULTS], drawn[FAULTS:], rng.choice(OUTAGES)


def name_of(number: int, match: int) -> str:
    return f"combined {number} {match}"


def scene(number: int) -> Callable[..., Programme]:
    def make(_lines: object, begins: float, _switches: Switches) -> Programme:
        scripts = []
        for match in range(MATCHES):
            course = a_course(name_of(number, match), begins + FIRST_S)
            variants = [COURSES[code][name] for code, name in ways(number, match)]
            scripts.append(told(course, variants, loose(STATS_EVERY_S), number))
        return Programme(scripts)

    return make


def play(number: int) -> Callable[[Stage], Any]:
    before, after, outage = faults(number)

    async def turn(stage: Stage) -> None:
        await stage.until(EPOCH + TURN_S)
        stage.switches.change(on=after, off=before)

    async def go_out(stage: Stage) -> None:
        await stage.until(EPOCH + OUT_S[0])
        stage.switches.on(outage)
        await stage.until(EPOCH + OUT_S[1])
        stage.switches.off(outage)

    async def to_the_end(stage: Stage) -> None:
        stage.notes["truth"] = (await stage.http.get("/_sim/truth")).json()
        async with asyncio.TaskGroup() as group:
            group.create_task(turn(stage))
            group.create_task(go_out(stage))
        await stage.until(max(script.last_at for script in stage.scene.scripts(stage.clock.now())) + 600)

    return to_the_end


def a_world(number: int) -> World:
    before, _, _ = faults(number)
    return World(
        matches=(),
        faults=before,
        seed=number,
        times=15,
        speed=40,
        scene=scene(number),
        meanwhile=play(number),
        settled=lambda seen: not wrong(seen, number),
    )


def wrong(seen: Seen, number: int) -> list[str]:
    """Where a match is not as the provider means it."""
    return [
        f"{match} {ways(number, match)}: {what} is {is_}, should be {should}"
        for match in range(MATCHES)
        for what, is_, should in compared(seen, number, named(name_of(number, match)))
        if is_ != should
    ]


def compared(seen: Seen, number: int, match_id: str) -> Iterator[tuple[str, Any, Any]]:
    row, due = seen.rows.get(match_id), seen.notes["truth"][match_id]
    yield "row", row is not None, True
    if row is None:
        return
    yield "status", row["status_id"], due["status"]
    before, after, _ = faults(number)
    for column, name in PAIRS.items():
        if column != "corners" or "F10" not in {*before, *after}:
            yield column, [row[f"home_{column}"], row[f"away_{column}"]], known(column, due[name])
    listed = [one for one in seen.incidents if one["match_id"] == match_id and one["withdrawn_ts"] is None]
    yield "list", counted(listed, "side"), counted(due["incidents"], "position")
    changes = [one for one in seen.changes if one["match_id"] == match_id]
    yield "goals told", goals_told(changes), row["home_score_display"] + row["away_score_display"]


def known(column: str, pair: Sequence[int] | None) -> Sequence[int | None]:
    """A pair as a row has it: nothing where nobody counts, and where nothing was played."""
    nothing = pair is None or -1 in pair or (column == "score_extra_time" and pair == [0, 0])
    return [None, None] if nothing or pair is None else pair


def counted(listed: Sequence[Mapping[str, Any]], side: str) -> Counter[tuple[int, int]]:
    return Counter((one["type"], one[side]) for one in listed if one["type"] != NINETY_MINUTES)


def goals_told(changes: Sequence[Mapping[str, Any]]) -> int:
    """Goals that were told and not taken back, and those that had fallen when the match was first heard of."""
    events = Counter(one["event"] for change in changes for one in change["happened"])
    told_first = sum(one["event"] == "match.goal" for one in changes[0]["happened"])
    known = changes[0]["home_score"] + changes[0]["away_score"] - told_first
    return known + events["match.goal"] - events["match.goal.cancelled"]


def switched(number: int) -> list[tuple[Sequence[str], Sequence[str]]]:
    """What is said of the switches: on at first, the outage and its end, the turn."""
    before, after, outage = faults(number)
    return [(sorted(before), []), ([outage], []), ([], [outage]), (sorted(after), sorted(before))]


@pytest.mark.parametrize(
    "numbers", [FEW, pytest.param(MANY, marks=[pytest.mark.proof, pytest.mark.timeout(900)])]
)
def test_matches_that_meet_many_rows_end_as_the_truth(postgres: Postgres, numbers: Sequence[int]) -> None:
    seen = play_all(postgres, {f"combined_{number}": a_world(number) for number in numbers})

    for number in numbers:
        world = seen(f"combined_{number}")
        said = world.events("simulator.faults.switched")
        assert [(one["on"], one["off"]) for one in said] == switched(number)
        assert wrong(world, number) == []


def test_all_rows_that_can_be_judged_together_meet() -> None:
    told_otherwise = {code for number in MANY for match in range(MATCHES) for code, _ in ways(number, match)}
    provided = {code for number in MANY for part in faults(number)[:2] for code in part}

    assert told_otherwise == COURSES.keys() - APART
    assert provided == {*ANSWERED}
    assert {faults(number)[2] for number in MANY} == {*OUTAGES}
