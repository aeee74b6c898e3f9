"""The core over real payloads, read in place."""

import json
from collections import defaultdict
from typing import Any

import pytest
from tests.build import a_claim, a_match, a_schedule
from tests.core.wire import Json, counts, goals, incidents, objects
from tests.shared import shared

from touchline.football.codes import CARDS, GOALS, MIDFIELD
from touchline.football.decide import decide
from touchline.football.halves import first_half_goals, has_midfield
from touchline.football.incidents import collapsed, listed
from touchline.football.model import (
    CardShown,
    GoalScored,
    Match,
    Reason,
    Status,
)
from touchline.football.score import display, score_of
from touchline.ids import MatchId


@pytest.fixture(scope="module")
def answers() -> list[Json]:
    body = json.loads(shared("data/thesports/detail_live.json").read_text(encoding="utf-8"))
    return list(body["results"])


@pytest.fixture(scope="module")
def recording() -> list[tuple[float, Json]]:
    return list(objects(shared("data/thesports/mqtt_capture.jsonl")))


def a_blank(match_id: str, at: float) -> Match:
    return a_match(
        id=MatchId(match_id),
        status=Status.NOT_STARTED,
        schedule=a_schedule(match_time=int(at) - 3_000),
        phase_entered_ts=int(at) - 3_000,
        last_seen_ts=None,
    )


def told(match: Match, one: Json, at: float, seq: int) -> tuple[Match, Reason, tuple[Any, ...]]:
    """The match after one object of a message."""
    said: dict[str, Any] = {}
    if score := one.get("score"):
        said = {
            "status": Status(score[1]),
            "kickoff_ts": score[4] or None,
            "goals": goals(score),
            "counts": counts(score),
        }
    if "incidents" in one:
        said["incidents"] = incidents(one["incidents"])
    claim = a_claim(match_id=match.id, at_ms=int(at * 1000), seq=seq, **said)
    decision = decide(match, claim, claim.observed_at_ms)
    return decision.match, decision.reason, decision.happened


# ---------------------------------------------------------------- one poll


def test_goals_before_the_half_time_marker_are_the_half_time_score(answers: list[Json]) -> None:
    halved = [one for one in answers if any(entry["type"] == MIDFIELD for entry in one["incidents"])]
    by_minute_wrong = 0
    for one in halved:
        home, away = one["score"][2][1], one["score"][3][1]
        assert first_half_goals(incidents(one["incidents"])) == (home, away), one["id"]
        early = [
            entry["position"] for entry in one["incidents"] if entry["type"] in GOALS and entry["time"] <= 45
        ]
        by_minute_wrong += (early.count(1), early.count(2)) != (home, away)
    assert (len(halved), by_minute_wrong) == (32, 5)


def test_so_they_are_in_the_recording(recording: list[tuple[float, Json]]) -> None:
    scores = {one["id"]: one["score"] for _, one in recording if "score" in one}
    lists = {one["id"]: incidents(one["incidents"]) for _, one in recording if "incidents" in one}
    halved = [match_id for match_id, entries in lists.items() if match_id in scores and has_midfield(entries)]
    assert len(halved) == 8
    for match_id in halved:
        _, _, home, away, _, _ = scores[match_id]
        assert first_half_goals(lists[match_id]) == (home[1], away[1]), match_id


def test_every_match_of_the_poll_is_taken_as_it_is(answers: list[Json]) -> None:
    assert len(answers) == 102
    for seq, one in enumerate(answers):
        match, reason, happened = told(a_blank(one["id"], 1_748_453_400), one, 1_748_453_400, seq)
        _, status, home, away, _, _ = one["score"]
        assert match.status == status
        assert (list(match.home_scores), list(match.away_scores)) == (home, away)
        assert [entry.what for entry in listed(match.incidents)] == list(incidents(one["incidents"]))
        assert sum(isinstance(event, GoalScored) for event in happened) == sum(display(match))
        cards = sum(entry["type"] in CARDS for entry in one["incidents"])
        assert sum(isinstance(event, CardShown) for event in happened) == cards
        again, reason, _ = told(match, one, 1_748_453_402, seq + 1_000)
        assert again is match
        assert reason is Reason.UNCHANGED


def test_the_shoot_out_of_the_poll_is_shown_beside_the_score(answers: list[Json]) -> None:
    found = []
    for one in answers:
        match, _, _ = told(a_blank(one["id"], 1_748_453_400), one, 1_748_453_400, 1)
        score = score_of(match)
        if score.shoot_out:
            found.append((score.regular, score.extra_time, score.display, score.shoot_out))
    assert found == [((2, 2), None, (2, 2), (4, 3))]


# ---------------------------------------------------------------- forty-four minutes of push


def test_each_recorded_list_is_what_is_listed_after_it(recording: list[tuple[float, Json]]) -> None:
    stored: dict[str, Match] = {}
    seen = edited = 0
    for seq, (at, one) in enumerate(recording):
        if "incidents" not in one:
            continue
        before = stored.get(one["id"]) or a_blank(one["id"], at)
        after, reason, _ = told(before, {"id": one["id"], "incidents": one["incidents"]}, at, seq)
        claimed = collapsed(incidents(one["incidents"]))
        if reason is not Reason.EMPTY_UNCONFIRMED:
            assert [entry.what for entry in listed(after.incidents)] == claimed
        stored[one["id"]] = after
        seen += 1
        edited += any(kept.revision for kept in after.incidents)
    assert seen == 108
    assert edited > 30


def test_no_recorded_edit_costs_an_incident_its_identity(recording: list[tuple[float, Json]]) -> None:
    """In the recording every entry that went away was only rewritten: nothing is left withdrawn."""
    stored: dict[str, Match] = {}
    for seq, (at, one) in enumerate(recording):
        if "incidents" in one:
            before = stored.get(one["id"]) or a_blank(one["id"], at)
            stored[one["id"]], _, _ = told(before, one, at, seq)
    kept = [entry for match in stored.values() for entry in match.incidents]
    assert len(kept) == 280
    assert [entry.what for entry in kept if entry.withdrawn_ts is not None] == []


def test_one_event_a_goal_and_a_card_however_often_rewritten(
    recording: list[tuple[float, Json]],
) -> None:
    stored: dict[str, Match] = {}
    goals_told: dict[str, int] = defaultdict(int)
    cards_told: dict[str, int] = defaultdict(int)
    for seq, (at, one) in enumerate(recording):
        if "incidents" not in one and "score" not in one:
            continue
        before = stored.get(one["id"]) or a_blank(one["id"], at)
        stored[one["id"]], _, happened = told(before, one, at, seq)
        goals_told[one["id"]] += sum(isinstance(event, GoalScored) for event in happened)
        cards_told[one["id"]] += sum(isinstance(event, CardShown) for event in happened)
    for match_id, match in stored.items():
        assert goals_told[match_id] == sum(display(match))
        assert cards_told[match_id] == sum(entry.what.type in CARDS for entry in listed(match.incidents))


def test_columns_keep_the_first_stamp_and_revisions_the_last(recording: list[tuple[float, Json]]) -> None:
    stored: dict[str, Match] = {}
    stamps: dict[tuple[str, int], list[int]] = defaultdict(list)
    for seq, (at, one) in enumerate(recording):
        if score := one.get("score"):
            before = stored.get(one["id"]) or a_blank(one["id"], at)
            stored[one["id"]], _, _ = told(before, {"id": one["id"], "score": score}, at, seq)
            if score[1] in {2, 4} and score[4] and score[4] not in stamps[one["id"], score[1]][-1:]:
                stamps[one["id"], score[1]].append(score[4])
    assert len(stamps) > 10
    for (match_id, status), heard in stamps.items():
        match = stored[match_id]
        first = match.first_half_kickoff_ts if status == 2 else match.second_half_kickoff_ts
        period = "first_half" if status == 2 else "second_half"
        revised = [one for one in match.revisions if one.period == period]
        assert first == heard[0]
        assert [one.kickoff_ts for one in revised] == heard[1:]
        assert all(one.followed for one in revised)
    assert sum(len(heard) > 1 for heard in stamps.values()) == 6


def test_mirrored_repeats_of_finished_matches_are_rejected(recording: list[tuple[float, Json]]) -> None:
    stored: dict[str, Match] = {}
    reasons: dict[Reason, int] = defaultdict(int)
    for seq, (at, one) in enumerate(recording):
        if score := one.get("score"):
            before = stored.get(one["id"])
            after, reason, _ = told(before or a_blank(one["id"], at), one, at, seq)
            if before is not None and before.status is Status.ENDED and score[1] == 8:
                reasons[reason] += 1
                kept = (score[2][2:5], score[3][2:5]) == (
                    list(before.away_scores[2:5]),
                    list(before.home_scores[2:5]),
                )
                assert (reason is Reason.MIRRORED_REPEAT) == (kept and score[2][2:5] != score[3][2:5])
            stored[one["id"]] = after
    assert reasons[Reason.MIRRORED_REPEAT] > 0
    assert Reason.OLDER not in reasons
