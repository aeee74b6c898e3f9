"""The watchdog on a real database: the ladder in order and once, and never a column of a match."""

import asyncio
from itertools import pairwise

import psycopg
import pytest
from tests.conftest import Conninfo
from tests.ingest.claims import A, B, T, record, report, score, stats
from tests.sla.yard import LOUD, Yard

from touchline.clock import now_ms
from touchline.errors import CircuitOpenError, ProviderTransient, StaleWrite
from touchline.football.model import Says, Status, Trend
from touchline.ids import MatchId
from touchline.store import watch

NO_MATCH_IS_WRITTEN = """
REVOKE INSERT, UPDATE ON ts_matches, match_incident, match_pause, match_tlive, match_lineup, match_trend,
    kickoff_revision FROM touchline_app
"""


async def test_a_match_that_is_no_longer_listed_is_noticed_asked_about_and_marked(yard: Yard) -> None:
    await yard.kick_off()
    event_ts = int(yard.clock.now())
    yard.provider.records = []

    events = await yard.pass_(200)

    assert events == [
        "match.stale.detected",
        "match.stale.reconcile.requested",
        "match.stale.reconcile.done",
        "match.stale.marked",
        "match.stale.reconcile.skipped",
    ]
    [detected] = yard.heard("match.stale.detected")
    assert detected == {
        "event": "match.stale.detected",
        "log_level": "warning",
        "worker": "sla_watchdog",
        "match_id": A,
        "status_id": 2,
        "minute": None,
        "last_event_ts": event_ts,
        "provider_update_time": T - 100,
        "reason": "events_stale",
        "threshold_s": 120,
        "age_s": 150,
    }
    [done] = yard.heard("match.stale.reconcile.done")
    assert (done["match_id"], done["outcome"], done["groups"]) == (A, "absent", [])
    [marked] = yard.heard("match.stale.marked")
    assert {key: marked[key] for key in ("log_level", "reason", "last_event_ts", "provider_update_time")} == {
        "log_level": "error",
        "reason": "reconcile_absent",
        "last_event_ts": event_ts,
        "provider_update_time": T - 100,
    }
    assert yard.provider.asked[-2:] == ["detail_live", f"recent?uuid={A}"]


async def test_recovery_is_said_once_and_what_time_told_is_told_again(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.records = []
    await yard.pass_(200)
    yard.said.clear()

    await yard.hear(report(A, score(1)))
    events = await yard.pass_(90)

    assert events == ["match.stale.cleared"]
    assert yard.heard("match.stale.cleared")[0]["duration_s"] == 80
    assert [change.match_id for change in await yard.told("sla")] == [A, A]
    assert await yard.rows("SELECT * FROM stale_episode") == []


async def test_a_quiet_match_that_the_provider_confirms_is_not_called_stale(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.live = [report(A, score())]

    for _ in range(20):
        await yard.poll()
        await yard.pass_(58)

    assert not yard.heard("match.stale.detected")
    assert await yard.told("sla") == []
    assert "reconcile" not in " ".join(each["event"] for each in yard.said)


async def test_a_word_to_the_question_ends_the_ladder(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.live = [report(A, score())]

    events = await yard.pass_(240)

    assert events == [
        "match.stale.detected",
        "match.stale.reconcile.requested",
        "match.stale.reconcile.done",
        "match.stale.cleared",
    ]
    assert yard.heard("match.stale.reconcile.done")[0]["outcome"] == "confirmed_unchanged"


async def test_what_the_provider_knew_is_applied_by_the_one_writer(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.live = [report(A, score(2))]

    await yard.pass_(240)

    [done] = yard.heard("match.stale.reconcile.done")
    assert (done["outcome"], sorted(done["groups"])) == ("applied", ["goals"])
    assert (await yard.house.matches(A))[A].home_scores[0] == 2


async def test_one_call_serves_all_and_the_cool_down_is_each_match_s_own(yard: Yard) -> None:
    await yard.kick_off(A, B)
    yard.provider.live = [report(A, score()), report(B, score())]
    yard.provider.asked.clear()

    await yard.pass_(170)

    assert yard.provider.asked == ["detail_live"]
    yard.provider.live = yard.provider.records = []
    yard.said.clear()
    await yard.pass_(120)
    skips = {each["match_id"]: each for each in yard.heard("match.stale.reconcile.skipped")}
    assert {(skip["reason"], skip["remaining_s"] <= 300) for skip in skips.values()} == {("cooldown", True)}
    assert set(skips) == {A, B}
    assert not yard.heard("match.stale.reconcile.requested")


async def test_a_match_that_stays_silent_is_asked_about_once_a_cool_down(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.records = []

    await yard.pass_(1_500)

    asked = [row[0] for row in await yard.rows("SELECT asked_ts FROM reconcile_request ORDER BY id")]
    assert len(asked) == 5
    assert all(later - earlier >= 300 for earlier, later in pairwise(asked))
    assert len(yard.heard("match.stale.detected")) == len(yard.heard("match.stale.marked")) == 1


async def test_a_dead_provider_is_one_alarm_and_no_match_is_marked_for_it(yard: Yard) -> None:
    await yard.kick_off(A, B)
    yard.provider.failure = CircuitOpenError("thesports-http", "match/detail_live")
    await yard.provider_is("down")

    await yard.pass_(700)
    lost = yard.heard("sla.provider.lost")
    assert [(each["log_level"], each["reason"], each["matches"]) for each in lost] == [
        ("error", "circuit_open", 2)
    ]
    assert {each["reason"] for each in yard.heard("match.stale.reconcile.skipped")} == {"circuit_open"}
    assert not yard.heard("match.stale.marked")
    assert await yard.rows("SELECT * FROM reconcile_request") == []

    yard.provider.failure = None
    yard.provider.live = [report(A, score()), report(B, score())]
    await yard.provider_is("ok")
    await yard.pass_(90)
    [back] = yard.heard("sla.provider.back")
    assert (back["reason"], back["duration_s"] >= 540) == ("circuit_open", True)
    assert len(yard.heard("match.stale.cleared")) == 2


async def test_a_circuit_that_opens_under_the_question_marks_nobody(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.failure = CircuitOpenError("thesports-http", "match/detail_live")

    await yard.pass_(240)

    assert yard.heard("match.stale.reconcile.done")[0]["outcome"] == "failed"
    assert not yard.heard("match.stale.marked")


async def test_a_provider_that_fails_marks_the_match(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.failure = ProviderTransient("thesports-http", "match/detail_live", "HTTP_500")

    await yard.pass_(240)

    assert [each["reason"] for each in yard.heard("match.stale.marked")] == ["reconcile_failed"]


async def test_a_refused_endpoint_stops_questions_only_when_it_is_theirs(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.live = [report(A, score())]
    await yard.provider_is("refused")

    await yard.pass_(240)

    assert not yard.heard("sla.provider.lost")
    assert yard.heard("match.stale.reconcile.done")[0]["outcome"] == "confirmed_unchanged"


async def test_two_watchdogs_at_once_say_everything_once(yard: Yard) -> None:
    await yard.kick_off(A, B)
    yard.provider.records = []
    other = yard.another()

    for _ in range(10):
        await yard.clock.advance(30)
        both = await asyncio.gather(yard.look(), yard.look(other))
        assert both
        await yard.answer()

    for event in ("match.stale.detected", "match.stale.reconcile.done", "match.stale.marked"):
        assert sorted(each["match_id"] for each in yard.heard(event)) == [A, B]
    assert len(await yard.told("sla")) == 2


async def test_a_process_that_is_stopped_while_it_watches_does_not_hold_up_the_others(yard: Yard) -> None:
    await yard.kick_off()
    await yard.clock.advance(150)
    stopped, looked = asyncio.Event(), asyncio.Event()

    async def stop_in_mid_turn() -> None:
        async with yard.db.transaction(now_ms(yard.clock)) as tx:
            await watch.hold(tx, "sla", paused_s=0.1)
            stopped.set()
            await looked.wait()
            await tx.execute("SELECT 1")

    async with asyncio.timeout(5):
        paused = asyncio.ensure_future(stop_in_mid_turn())
        await stopped.wait()
        assert "match.stale.detected" in await yard.look()
        looked.set()
        with pytest.raises(StaleWrite):
            await paused


async def test_a_watchdog_that_is_started_anew_goes_on_in_the_episode(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.records = []
    await yard.clock.advance(150)
    assert await yard.look() == ["match.stale.detected", "match.stale.reconcile.requested"]

    reborn = yard.another()
    await yard.answer()
    assert await yard.look(reborn) == [
        "match.stale.reconcile.done",
        "match.stale.marked",
        "match.stale.reconcile.skipped",
    ]
    await yard.hear(report(A, score(1)))
    assert await yard.look(yard.another()) == ["match.stale.cleared"]


async def test_a_frozen_half_time_is_an_error_although_the_provider_lists_it(yard: Yard) -> None:
    await yard.kick_off()
    await yard.hear(report(A, score(status=Status.HALF_TIME, kickoff=None)))
    yard.provider.live = [report(A, score(status=Status.HALF_TIME, kickoff=None))]
    for _ in range(21 * 6):
        await yard.poll()
        await yard.clock.advance(8)
    await yard.look()
    assert not [each for each in yard.said if each["log_level"] in LOUD]

    for _ in range(10 * 6):
        await yard.poll()
        await yard.clock.advance(8)
    events = await yard.look()

    assert events == ["match.stale.detected", "match.stale.marked", "match.stale.reconcile.requested"]
    assert yard.heard("match.stale.marked")[0]["reason"] == "half_time_frozen"
    await yard.pass_(400)
    assert len(yard.heard("match.stale.marked")) == 1


async def test_a_fixture_that_does_not_begin_is_overdue(yard: Yard) -> None:
    yard.provider.records = [report(A, record(T + 60), T - 100)]
    await yard.house.round(yard.house.recent)
    yard.provider.records = []

    await yard.pass_(60 + 1_000)

    [detected] = yard.heard("match.stale.detected")
    assert (detected["reason"], detected["status_id"], detected["threshold_s"]) == ("overdue_start", 1, 900)
    assert [each["reason"] for each in yard.heard("match.stale.marked")] == ["reconcile_absent"]


async def test_a_trend_that_goes_on_does_not_hide_a_score_that_fell_silent(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.records = []

    for minute in range(5):
        yard.provider.trends = [report(A, Says(trend=Trend(per=45, halves=((minute,),))))]
        await yard.house.run(yard.house.trends)
        await yard.pass_(60)

    # Readers are shown what any source confirms; whoever runs this hears that the game itself is silent.
    assert len(yard.heard("match.stale.detected")) == len(yard.heard("match.stale.marked")) == 1
    assert await yard.rows("SELECT shown FROM stale_episode") == [(None,)]


async def test_more_silent_matches_than_fit_into_a_look_have_the_next(yard: Yard) -> None:
    ids = [MatchId(f"silentmatch{number}") for number in range(5)]
    await yard.kick_off(*ids)
    await yard.clock.advance(150)
    dog = yard.another(batch_size=2)

    for _ in range(3):
        await yard.look(dog)

    assert sorted(each["match_id"] for each in yard.heard("match.stale.detected")) == ids
    assert (await yard.rows("SELECT told_ts > 0 FROM watch WHERE name = 'sla'")) == [(True,)]


async def test_those_that_recover_hide_nobody_from_the_next_look(yard: Yard) -> None:
    names = [MatchId(f"match{number:010}") for number in range(4)]
    dog = yard.another(batch_size=2)
    await yard.kick_off(*names)
    await yard.clock.advance(150)
    looks = [await yard.look(dog) for _ in range(3)]
    assert sum(each.count("match.stale.detected") for each in looks) == 4
    await yard.hear(*(report(match_id, score(1)) for match_id in names))

    looks = [await yard.look(dog) for _ in range(3)]

    assert [each.count("match.stale.cleared") for each in looks] == [2, 2, 0]


async def test_what_nobody_answers_is_said_to_have_failed(yard: Yard) -> None:
    await yard.kick_off()
    await yard.clock.advance(150)
    await yard.look()
    async with yard.db.transaction(0) as tx:
        await tx.execute("UPDATE reconcile_request SET asked_at = real_now() - interval '3 minutes'")

    events = await yard.look()

    assert events[:2] == ["match.stale.reconcile.done", "match.stale.marked"]
    assert await yard.rows("SELECT outcome, reason FROM reconcile_request") == [("failed", "UNANSWERED")]


async def test_no_column_of_a_match_is_written_in_a_whole_episode(yard: Yard, conninfo: Conninfo) -> None:
    await yard.kick_off()
    yard.provider.records = []
    before = await yard.house.rows()
    with psycopg.connect(conninfo.owner, autocommit=True) as owner:
        owner.execute(NO_MATCH_IS_WRITTEN)

    events = await yard.pass_(600)

    assert {"match.stale.detected", "match.stale.marked"} <= set(events)
    assert await yard.house.rows() == before


async def test_old_questions_are_forgotten(yard: Yard) -> None:
    await yard.kick_off()
    yard.provider.records = []
    await yard.pass_(200)
    async with yard.db.transaction(0) as tx:
        await tx.execute("UPDATE reconcile_request SET asked_at = real_now() - interval '8 days'")
    await yard.hear(report(A, stats()))

    await yard.look(yard.another())

    assert await yard.rows("SELECT * FROM reconcile_request") == []
