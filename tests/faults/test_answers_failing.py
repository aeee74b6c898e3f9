"""Rows F03, F04, F05 and F14: answers that are refused, limited, broken, slow and old."""

import resource
from collections.abc import Callable, Mapping
from itertools import pairwise

import pytest
from tests.faults.programme import match_id
from tests.faults.stage import Stage, play_all
from tests.faults.world import Asked, Seen, World

from touchline.embedded.postgres import Postgres
from touchline.simulator.faults.failing import HUGE, NOT_IN_PLAN, NOT_OUR_ADDRESS, PARTS, refuses_all
from touchline.simulator.faults.switches import Switches

HTTP, MQTT = "thesports-http", "thesports-mqtt"
PROBE_S = 60.0
OPEN_S = 120.0
LATE_IN_S = 30.0
"""Half a second of the wall, in which a call that was on its way when the breaker opened may still arrive."""
IN_FLIGHT_S = 3.0
"""Of the clock, a tenth of a second of the wall: a call may be on its way when an answer forbids it."""
MEMORY_MAX_KB = 220 * 1024
"""What the process may grow by while bodies of 30 and 64 MB are sent to it."""
KINDS = {"TIMEOUT", "NETWORK", "TRUNCATED", "NOT_JSON", "TOO_LARGE", "HTTP_500", "HTTP_502", "HTTP_503"}


def seed_that(whole_account: bool) -> int:
    """The first seed whose refusal is the whole account's, or is not."""
    return next(seed for seed in range(1, 99) if refuses_all(Switches(seed)) is whole_account)


async def refuse_from_kick_off_to_end(stage: Stage) -> None:
    """Note how both channels are doing, and what the rows are when nothing came over HTTP for a match."""

    async def is_known() -> bool:
        return bool((await stage.look()).rows)

    await stage.until_true(is_known)
    stage.switches.on("F03")
    await stage.until_true(lambda: in_state(stage, "refused"))
    first, begun = len(stage.outlet.asked), stage.clock.monotonic()
    await stage.until(stage.last_word(stage.world.matches[0]) + 120)
    await stage.until_true(lambda: is_as_its_timeline(stage))
    seen = await stage.look()
    stage.notes["refused"] = seen.providers
    stage.notes["wrong"] = seen.wrong()
    stage.notes["asked"] = seen.asked[first:]
    stage.notes["refused_s"] = stage.clock.monotonic() - begun
    stage.switches.off("F03")


async def refuse_and_forgive(stage: Stage) -> None:
    """The same, and then wait until a probe is answered."""
    await refuse_from_kick_off_to_end(stage)
    await stage.until_true(lambda: in_state(stage, "ok"))


async def in_state(stage: Stage, state: str) -> bool:
    """Whether readers are told that HTTP is in this state."""
    return (await stage.look()).providers.get(HTTP, {}).get("state") == state


async def is_as_its_timeline(stage: Stage) -> bool:
    """Whether the rows are right already."""
    return not (await stage.look()).wrong()


async def break_everything(stage: Stage) -> None:
    """Note the memory before and after every way of breaking was met, and the breaker has closed again."""
    stage.notes["peak_before_kb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def broken_and_mended() -> bool:
        said = [one for one in stage.heard if one.get("world") == stage.name]
        codes = {one["error_code"] for one in said if one["event"].startswith("provider.http.")}
        sizes = {one.reply.padding for one in stage.outlet.asked}
        closed = any(one["event"] == "provider.circuit.closed" for one in said)
        return codes >= KINDS and sizes >= {*HUGE} and closed

    await stage.until_true(broken_and_mended, within_s=60)
    stage.notes["peak_kb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


WORLDS = {
    "account": World(seed=seed_that(True), times=40, speed=11, meanwhile=refuse_and_forgive),
    "scope": World(seed=seed_that(False), times=30, speed=15, meanwhile=refuse_from_kick_off_to_end),
    "F04": World(faults=["F04"], times=10, speed=45),
    "F05": World(
        faults=["F05"],
        times=60,
        speed=8,
        environ={"TOUCHLINE_THESPORTS__TIMEOUT_MS": "2000", "TOUCHLINE_THESPORTS__REQUESTS_PER_MINUTE": "240"},
        meanwhile=break_everything,
    ),
    "F14": World(faults=["F14"]),
}


@pytest.fixture(scope="module")
def seen(postgres: Postgres) -> Callable[[str], Seen]:
    """What each world left."""
    return play_all(postgres, WORLDS)


Look = Callable[[str], Seen]


def test_f03_a_refused_account_is_said_with_its_reason_and_push_goes_on(seen: Look) -> None:
    world = seen("account")

    refused = world.notes["refused"]
    assert (refused[HTTP]["state"], refused[MQTT]["state"]) == ("refused", "ok")
    assert NOT_OUR_ADDRESS.rstrip(".") in refused[HTTP]["reason"]
    assert world.notes["wrong"] == []
    assert world.events("provider.http.retry") == []
    assert world.providers[HTTP]["state"] == "ok"
    assert world.wrong() == []


def test_f03_a_refused_account_is_probed_once_a_minute(seen: Look) -> None:
    asked: list[Asked] = seen("account").notes["asked"]

    assert len(asked) >= max(1, seen("account").notes["refused_s"] // PROBE_S - 1)
    assert all(after.at - before.at >= PROBE_S - IN_FLIGHT_S for before, after in pairwise(asked))


def test_f03_an_endpoint_outside_the_plan_is_refused_alone(seen: Look) -> None:
    world = seen("scope")

    assert world.notes["refused"][HTTP]["state"] == "refused"
    assert NOT_IN_PLAN.rstrip(".") in world.notes["refused"][HTTP]["reason"]
    paths = {one.path for one in world.notes["asked"]}
    assert {"/match/detail_live", "/match/recent/list"} <= paths
    for path in {one.path for one in world.notes["asked"] if one.path.startswith(PARTS)}:
        times = [one.at for one in world.notes["asked"] if one.path == path]
        assert all(after - before >= PROBE_S - IN_FLIGHT_S for before, after in pairwise(times))
    assert world.wrong() == []


def test_f04_too_many_requests_slow_us_down_and_nothing_is_skipped(seen: Look) -> None:
    world = seen("F04")

    assert world.wrong() == []
    assert world.events("provider.http.retry") == []
    limited = [one for one in world.asked if one.reply.status == 429 or b'"code":429' in one.reply.body]
    assert {(one.reply.status, bool(one.reply.headers)) for one in limited} == {
        *((200, False), (429, False), (429, True)),
    }
    for one in limited:
        wait_s = 4.0 if one.reply.headers else 10.0
        early = [other for other in world.asked if one.at + IN_FLIGHT_S < other.at < one.at + wait_s - 0.1]
        assert early == []


def test_f05_every_broken_answer_is_told_apart_and_the_rows_are_right(seen: Look) -> None:
    world = seen("F05")

    assert world.wrong() == []
    codes = {one["error_code"] for one in world.events("provider.http.retry", "provider.http.fail")}
    assert codes >= KINDS
    assert max(one["attempt"] for one in world.events("provider.http.fail")) == 3
    assert {one["error_code"] for one in world.events("provider.http.retry")}.isdisjoint(
        {"NOT_JSON", "TOO_LARGE"}
    )


def test_f05_five_failures_in_a_row_open_the_breaker_and_a_probe_closes_it(seen: Look) -> None:
    world = seen("F05")

    states = [
        one["state"]
        for one in world.events(*(f"provider.circuit.{name}" for name in ("opened", "half_open", "closed")))
    ]
    assert states[:2] == ["open", "half_open"]
    assert "closed" in states
    gaps = [after.at - before.at for before, after in pairwise(world.asked)]
    assert sum(gap >= OPEN_S - LATE_IN_S for gap in gaps) >= states.count("half_open")


def test_f05_large_bodies_do_not_fill_the_memory(seen: Look) -> None:
    world = seen("F05")

    assert {one.reply.padding for one in world.asked} == {0, *HUGE}
    assert world.notes["peak_kb"] - world.notes["peak_before_kb"] < MEMORY_MAX_KB


def board(change: Mapping[str, int]) -> tuple[int, int, int]:
    """What a change shows; each part only grows where nothing is taken back."""
    return change["status_id"], change["home_score"], change["away_score"]


def test_f14_what_is_older_loses(seen: Look) -> None:
    world = seen("F14")

    assert world.wrong() == []
    changes = [one for one in world.changes if one["match_id"] == match_id()]
    boards = [board(one) for one in changes]
    assert all(was <= is_ for before, after in pairwise(boards) for was, is_ in zip(before, after, strict=True))
    lives = [one for one in world.asked if one.path == "/match/detail_live"]
    on_their_way = [(one.now, one.now + one.reply.delay_s * world.world.speed) for one in lives]
    stepped = [after["at_ms"] / 1000 for before, after in pairwise(changes) if board(before) != board(after)]
    assert any(sent < at < got for sent, got in on_their_way for at in stepped)
