"""Claims go in, answers come out, and what changed is committed once."""

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.build import MATCH, T, a_claim, a_goal
from tests.db.stage import METRICS, Stage, from_the_diary, reasons

from touchline.football.model import (
    Answer,
    Counts,
    GoalScored,
    Group,
    Match,
    Observation,
    Pause,
    Reason,
    Side,
    Source,
    Stat,
    Status,
    StatusChanged,
    TextLine,
)
from touchline.ids import MatchId
from touchline.store.changes import Change
from touchline.store.db import Database

OTHER = MatchId("bbbbbbbbbbbbbb2")
THIRD = MatchId("cccccccccccccc3")


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database)


async def test_a_goal_is_stored_with_its_change(stage: Stage) -> None:
    await stage.schedule(MATCH)

    [kick_off, goal] = await stage.write(
        a_claim(status=Status.FIRST_HALF, kickoff_ts=T // 1000 - 720, at_ms=T),
        a_claim(score=(1, 0), at_ms=T + 1),
    )

    assert (kick_off.answer, kick_off.reason) == (Answer.SUCCESS, Reason.APPLIED)
    assert goal.decision is not None
    assert goal.decision.applied == (Group.GOALS,)
    match = await stage.match()
    assert (match.status, match.home_scores[0], match.first_half_kickoff_ts) == (2, 1, T // 1000 - 720)
    *_, started, scored = await stage.changes()
    assert started.happened == (StatusChanged(before=Status.NOT_STARTED, after=Status.FIRST_HALF),)
    assert [type(each) for each in scored.happened] == [GoalScored]
    assert (started.score, scored.score, scored.status, scored.at_ms) == ((0, 0), (1, 0), 2, T)
    assert scored.lock_version == match.version


async def test_the_same_claim_again_changes_nothing(stage: Stage) -> None:
    await stage.schedule(MATCH)
    claims = [from_the_diary(), a_claim(status=Status.FIRST_HALF, score=(1, 0), incidents=[a_goal()])]
    await stage.write(*claims)
    rows, stream = await stage.rows(), await stage.changes()

    await stage.clock.advance(30)
    again = await stage.write(*claims)

    assert {outcome.answer for outcome in again} <= {Answer.SUCCESS, Answer.STALE}
    assert all(outcome.decision and not outcome.decision.applied for outcome in again)
    assert await stage.changes() == stream
    for before, after in zip(rows, await stage.rows(), strict=True):
        moved = {name for name in before if before[name] != after[name]}
        assert moved <= {"last_seen_ts", "last_live_seen_ts"}


async def test_an_older_provider_time_changes_no_row(stage: Stage) -> None:
    newer = a_claim(source=Source.RECENT_LIST, status=Status.FIRST_HALF, provider_time=T // 1000, at_ms=T)
    older = a_claim(source=Source.RECENT_LIST, status=Status.ENDED, provider_time=T // 1000 - 1, at_ms=T + 9)
    equal = a_claim(source=Source.RECENT_LIST, status=Status.ENDED, provider_time=T // 1000, at_ms=T + 9)
    await stage.schedule(MATCH)
    await stage.write(newer)
    [before] = await stage.rows()

    outcomes = await stage.write(older, equal)

    assert [outcome.answer for outcome in outcomes] == [Answer.STALE, Answer.STALE]
    [after] = await stage.rows()
    assert (after["version"], after["status_id"]) == (before["version"], 2)
    assert after["provider_update_time"] == T // 1000


async def test_answers_come_in_the_order_of_the_claims(stage: Stage) -> None:
    await stage.schedule(MATCH, OTHER)

    outcomes = await stage.write(
        a_claim(match_id=OTHER, score=(1, 0)),
        a_claim(match_id=MatchId("")),
        a_claim(match_id=THIRD, score=(1, 0)),
        a_claim(score=(0, 1)),
        a_claim(match_id=MatchId("NOT AN ID")),
        a_claim(score=(0, 1), source=Source.DETAIL_LIVE),
    )

    assert [outcome.observation.match_id for outcome in outcomes] == [
        OTHER,
        "",
        THIRD,
        MATCH,
        "NOT AN ID",
        MATCH,
    ]
    assert reasons(outcomes) == [
        "applied",
        "invalid_match_id",
        "unknown_match",
        "applied",
        "invalid_match_id",
        "unchanged",
    ]
    assert [outcome.answer for outcome in outcomes].count(Answer.INVALID) == 3


async def test_live_channels_make_no_rows(stage: Stage) -> None:
    claims = [
        a_claim(source=source, status=Status.FIRST_HALF, score=(1, 0))
        for source in (Source.MQTT, Source.DETAIL_LIVE, Source.LIVE_HISTORY)
    ]

    assert reasons(await stage.write(*claims)) == ["unknown_match"] * 3
    assert await stage.rows() == []
    assert await stage.changes() == []


async def test_a_row_made_in_the_batch_serves_the_claims_before_it_too(stage: Stage) -> None:
    outcomes = await stage.write(
        a_claim(status=Status.FIRST_HALF, score=(2, 0)), from_the_diary(note="cup"), a_claim(match_id=OTHER)
    )

    assert reasons(outcomes) == ["applied", "applied", "unknown_match"]
    match = await stage.match()
    assert (match.status, match.home_scores[0], match.schedule.note) == (2, 2, "cup")


async def test_a_new_fixture_is_told_once(stage: Stage) -> None:
    first = await stage.write(from_the_diary(), from_the_diary(OTHER))
    again = await stage.write(from_the_diary(), from_the_diary(OTHER))

    assert reasons(first) == ["applied", "applied"]
    assert reasons(again) == ["unchanged", "unchanged"]
    assert [change.match_id for change in await stage.changes()] == [MATCH, OTHER]
    assert (await stage.match()).schedule == from_the_diary().says.schedule


async def test_several_claims_about_one_match_fold_in_their_order(stage: Stage) -> None:
    await stage.schedule(MATCH, OTHER)

    outcomes = await stage.write(
        a_claim(status=Status.FIRST_HALF, at_ms=T),
        a_claim(match_id=OTHER, score=(0, 3)),
        a_claim(score=(1, 0), at_ms=T + 1),
        a_claim(incidents=[a_goal(score=(1, 0))], at_ms=T + 2),
        a_claim(score=(1, 1), at_ms=T + 3),
        a_claim(incidents=[a_goal(score=(1, 0)), a_goal(side=Side.AWAY, score=(1, 1))], at_ms=T + 4),
    )

    assert set(reasons(outcomes)) == {"applied"}
    match = await stage.match()
    assert [one.ordinal for one in match.incidents] == [1, 2]
    mine = [change for change in await stage.changes() if change.match_id == MATCH]
    assert [change.score for change in mine] == [(0, 0), (0, 0), (1, 0), (1, 0), (1, 1), (1, 1)]
    assert {change.lock_version for change in mine[1:]} == {match.version}


async def test_every_group_is_stored(stage: Stage) -> None:
    await stage.schedule(MATCH)

    await stage.write(
        a_claim(
            status=Status.FIRST_HALF,
            kickoff_ts=T // 1000 - 600,
            score=(1, 0),
            counts=Counts((0, 1, 4), (1, 0, -1)),
            incidents=[a_goal(player_name="P. Nine")],
            stats=[Stat(25, 60, 40)],
            tlive=[TextLine("12'", "Goal.", Side.HOME)],
        ),
        a_claim(status=Status.INTERRUPTED, at_ms=T + 1),
    )

    match = await stage.match()
    assert (match.home_scores, match.away_scores) == ((1, 0, 0, 1, 4, 0, 0), (0, 0, 1, 0, -1, 0, 0))
    assert match.statistics == (Stat(25, 60, 40),)
    assert match.tlive == (TextLine("12'", "Goal.", Side.HOME),)
    assert match.incidents[0].what.player_name == "P. Nine"
    assert match.pauses == (Pause(T // 1000),)
    assert match.last_event_ts == T // 1000


async def test_a_revised_kickoff_is_appended_beside_the_first(stage: Stage) -> None:
    await stage.schedule(MATCH)
    first = T // 1000 - 600
    await stage.write(a_claim(status=Status.FIRST_HALF, kickoff_ts=first, at_ms=T))

    for delta in (-5, -48, 900):
        await stage.clock.advance(1)
        await stage.write(a_claim(status=Status.FIRST_HALF, kickoff_ts=first + delta, at_ms=T + 1_000 + delta))

    match = await stage.match()
    assert match.first_half_kickoff_ts == first
    assert all(revision.delta_s == revision.kickoff_ts - first for revision in match.revisions)
    assert len(match.revisions) >= 2


async def test_an_empty_batch_is_answered(stage: Stage) -> None:
    assert await stage.write() == []


async def test_answers_are_counted(stage: Stage) -> None:
    await stage.schedule(MATCH)
    labels = {"status": "success", "reason": "applied", "source": "mqtt"}
    counter = METRICS.updates.labels(**labels)
    before = counter._value.get()

    claims = [
        a_claim(score=(1, 0)),
        a_claim(score=(1, 0)),
        a_claim(match_id=OTHER),
        a_claim(match_id=MatchId("x")),
    ]
    await stage.write(*claims)

    assert counter._value.get() == before + 1
    assert METRICS.invalid_ids._value.get() == 0.5
    assert METRICS.lock_contention._value.get() == 0


@pytest.fixture
def elsewhere() -> Iterator[None]:
    """This process lives in another zone for a while."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "Asia/Istanbul"
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


async def test_rows_do_not_depend_on_the_zone_of_the_process(
    stage: Stage, request: pytest.FixtureRequest
) -> None:
    claims = [
        (from_the_diary(id_), a_claim(match_id=id_, status=Status.FIRST_HALF, kickoff_ts=T // 1000))
        for id_ in (MATCH, OTHER)
    ]
    await stage.write(*claims[0])
    request.getfixturevalue("elsewhere")
    await stage.write(*claims[1])

    here, there = await stage.rows()
    for name in ("id", "external_id"):
        assert here.pop(name) != there.pop(name)
    assert here == there


@st.composite
def stories(draw: st.DrawFn) -> list[Observation]:
    """Claims of several sources about one match, in any order of their times."""
    claims = []
    for place in range(draw(st.integers(1, 8))):
        source = draw(st.sampled_from([Source.MQTT, Source.DETAIL_LIVE, Source.RECENT_LIST]))
        claims.append(
            a_claim(
                source=source,
                at_ms=T + draw(st.integers(-5_000, 5_000)),
                seq=place,
                provider_time=T // 1000 + draw(st.integers(-5, 5)) if source is Source.RECENT_LIST else None,
                score=draw(st.tuples(st.integers(0, 2), st.integers(0, 2))),
                status=draw(st.sampled_from([Status.FIRST_HALF, Status.HALF_TIME, Status.SECOND_HALF])),
                incidents=draw(st.sampled_from([None, [a_goal()]]))
                if source is not Source.RECENT_LIST
                else None,
            )
        )
    return claims


@settings(max_examples=40)
@given(story=stories(), number=st.integers(0, 2**60))
async def test_one_batch_ends_like_claim_after_claim(
    database: Database, story: list[Observation], number: int
) -> None:
    stage = Stage(database)
    together, apart = MatchId(f"together{number:020}"), MatchId(f"apart{number:020}")
    await stage.schedule(together, apart)

    at_once = await stage.write(*(replace(seen, match_id=together) for seen in story))
    one_by_one = [outcome for seen in story for outcome in await stage.write(replace(seen, match_id=apart))]

    assert reasons(at_once) == reasons(one_by_one)
    assert content(await stage.match(together)) == content(await stage.match(apart))
    stream = await stage.changes()
    assert [told(change) for change in stream if change.match_id == together] == [
        told(change) for change in stream if change.match_id == apart
    ]


def content(match: Match) -> Match:
    """A match without who it is and how often it was written."""
    return replace(match, id=MATCH, version=0)


def told(change: Change) -> tuple[object, ...]:
    return change.status, change.score, change.minute_text, change.happened


async def test_interruptions_of_one_second_are_all_kept_as_they_were_decided(stage: Stage) -> None:
    await stage.schedule(MATCH)
    statuses = (Status.FIRST_HALF, Status.INTERRUPTED) * 2
    outcomes = await stage.write(*(a_claim(status=status, seq=turn) for turn, status in enumerate(statuses)))
    assert reasons(outcomes) == ["applied"] * 4
    await stage.write(a_claim(status=Status.FIRST_HALF, seq=9))

    last = outcomes[-1].decision
    assert last is not None
    match = await stage.match()
    assert [each.started_ts for each in match.pauses] == [each.started_ts for each in last.match.pauses]
    assert [each.ended_ts for each in match.pauses] == [T // 1000, T // 1000 + 1]


async def test_the_diary_does_not_overrule_what_a_live_source_goes_on_saying(stage: Stage) -> None:
    await stage.schedule(MATCH)
    for at_s in (0, 350, 700):
        await stage.clock.advance(350 if at_s else 0)
        repeat = a_claim(
            status=Status.SECOND_HALF, score=(1, 0), source=Source.DETAIL_LIVE, at_ms=T + at_s * 1000
        )
        await stage.write(repeat)
    late = a_claim(status=Status.ENDED, score=(2, 0), source=Source.DIARY, provider_time=T // 1000 + 600)
    [outcome] = await stage.write(replace(late, observed_at_ms=T + 700_000))

    assert outcome.reason is Reason.NOT_ITS_TURN
