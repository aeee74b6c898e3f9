"""What is verified of real matches: lists as they came over the wire, and matches as they were played."""

import json
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from tests.build import a_marker, a_match, a_schedule, an_incident, slots
from tests.core.test_halves import before_the_marker
from tests.core.test_recordings import a_blank, told
from tests.core.wire import Json, objects
from tests.shared import shared

from touchline.football.codes import END, MIDFIELD
from touchline.football.completeness import followed, lists, verified
from touchline.football.halves import Half, goals_among, split
from touchline.football.incidents import listed
from touchline.football.model import Gap, HalfStat, Incident, Match, Part, Side, Stat, Status

SIDES = {"home": Side.HOME, "away": Side.AWAY}
TYPES = {"goal": 1, "penalty_goal": 8, "own_goal": 17, "yellow": 3, "sub": 9}
BEGINS = {"1H": 0, "2H": 45, "E1": 90, "E2": 105}
ENDS = {"1H": (MIDFIELD, 45), "2H": (END, 90)}
COUNTED = (HalfStat(2, 1, 1),)


@pytest.fixture(scope="module")
def answers() -> list[Json]:
    body = json.loads(shared("data/thesports/detail_live.json").read_text(encoding="utf-8"))
    return list(body["results"])


@pytest.fixture(scope="module")
def coverage() -> dict[str, dict[str, int]]:
    """Of each match of the answers, as `recent/list` has it."""
    body = json.loads(shared("data/thesports/recent_list_by_uuid.json").read_text(encoding="utf-8"))
    return {one["id"]: one["coverage"] for one in _records(body)}


@pytest.fixture(scope="module")
def played() -> list[Json]:
    with shared("data/timelines.jsonl").open(encoding="utf-8") as lines_:
        return [json.loads(line) for line in lines_]


def _records(body: object) -> Iterator[Json]:
    if isinstance(body, dict):
        if "coverage" in body:
            yield body
        for inside in body.values():
            yield from _records(inside)
    elif isinstance(body, list):
        for inside in body:
            yield from _records(inside)


# ---------------------------------------------------------------- as they came


def test_every_real_list_agrees_with_its_half_time_score_by_position(answers: list[Json]) -> None:
    """32 in one answer of the poll and 8 in the recording."""
    found: dict[str, Match] = {}
    for seq, one in enumerate(answers):
        found[one["id"]], _, _ = told(a_blank(one["id"], 1_748_453_400), one, 1_748_453_400, seq)
    pushed: dict[str, Match] = {}
    for seq, (at, one) in enumerate(objects(shared("data/thesports/mqtt_capture.jsonl"))):
        if "score" in one or "incidents" in one:
            pushed[one["id"]], _, _ = told(pushed.get(one["id"]) or a_blank(one["id"], at), one, at, seq)

    halved = {id_ for id_, match in found.items() if _entries(match) and _is_halved(match)}
    pushed_halved = {id_ for id_, match in pushed.items() if _is_halved(match) and match.half_time_reached}
    assert (len(halved), len(pushed_halved)) == (32, 8)
    for match in [*(found[id_] for id_ in halved), *(pushed[id_] for id_ in pushed_halved)]:
        entries = _entries(match)
        first = split(entries)[Half.FIRST]
        assert goals_among(first) == before_the_marker(entries) == (match.home_scores[1], match.away_scores[1])
        if match.half_time_reached:
            assert lists(match).first == first
            assert match.completeness.reason.get(Part.FIRST_HALF) in (None, Gap.STATISTICS_MISSING)


def test_real_ended_matches_are_whole_but_for_the_one_nobody_sent_counters_of(
    answers: list[Json], coverage: dict[str, dict[str, int]]
) -> None:
    whole: dict[str, bool] = {}
    for seq, one in enumerate(answers):
        match, _, _ = told(a_blank(one["id"], 1_748_453_400), one, 1_748_453_400, seq)
        if match.status is Status.ENDED:
            counters = tuple(Stat(row["type"], row["home"], row["away"]) for row in one["stats"])
            schedule = a_schedule(coverage=coverage[one["id"]])
            match = followed(replace(match, statistics=counters, schedule=schedule), listed=True)
            whole[one["id"]] = verified(match)[Part.FULL_TIME]
            assert Gap.GOALS_DIFFER not in match.completeness.reason.values()
    assert len(whole) == 14
    assert [id_ for id_, is_whole in whole.items() if not is_whole] == ["8yomo4h17353q0j"]


def _entries(match: Match) -> list[Incident]:
    return [one.what for one in listed(match.incidents)]


def _is_halved(match: Match) -> bool:
    return any(entry.type == MIDFIELD for entry in _entries(match))


# ---------------------------------------------------------------- as they were played


def test_a_played_match_is_whole_exactly_if_its_goals_are_its_score(played: list[Json]) -> None:
    odd = {one["id"] for one in played if not one["consistent"]}
    found: dict[str, dict[Part, bool]] = {}
    for one in played:
        match = followed(_ended(one), listed=True)
        found[one["id"]] = dict(verified(match))
        kept = lists(match)
        assert kept.first is not None
        assert kept.second is not None
        assert kept.extra is not None
        assert [*kept.first, *kept.second, *kept.extra] == _entries(match)
    assert len(found) == 2_556
    assert {id_ for id_, whole in found.items() if not all(whole.values())} == odd
    assert len(odd) == 4


def _ended(one: Json) -> Match:
    score = one["score"]
    extra, kicks = score.get("aet"), score.get("pens", (0, 0))
    sides = [
        slots(
            score["ft"][place],
            score["ht"][place],
            extra_time=extra[place] if extra else 0,
            shoot_out=kicks[place],
        )
        for place in (0, 1)
    ]
    return a_match(
        status=Status.ENDED,
        home_scores=sides[0],
        away_scores=sides[1],
        extra_time=tuple(extra) if extra else None,
        shoot_out_reached="pens" in score,
        incidents=[*_told(one), *_kicks(kicks)],
        statistics=(Stat(2, 1, 1),),
        first_half_stats=COUNTED,
        second_half_stats=COUNTED,
    )


def _told(one: Json) -> Iterator[Incident]:
    """The list a provider would send: goals, cards and substitutions in the order of play, and markers."""
    for period, begins in BEGINS.items():
        for event in one["events"]:
            if event["period"] == period and event["type"] in TYPES:
                minute, side = begins + int(event["s"]) // 60 + 1, SIDES[event["team"]]
                yield an_incident(TYPES[event["type"]], minute=minute, side=side)
        if period in ENDS:
            type_, minute = ENDS[period]
            yield a_marker(type_, minute=minute)


def _kicks(scored: tuple[int, int]) -> Iterator[Incident]:
    for side, times in zip(SIDES.values(), scored, strict=True):
        for _ in range(times):
            yield an_incident(29, minute=120, side=side)
