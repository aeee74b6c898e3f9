"""The judges can whistle: each rule is shown rows that break it, made by hand."""

import pytest

from touchline.proving.rules.board import Shown, unlike_rows
from touchline.proving.rules.changes import ChangeRows, Goals
from touchline.proving.rules.commit import Changed, Commit, differing
from touchline.proving.rules.followers import Followers
from touchline.proving.rules.jobs import JobRows, forgotten
from touchline.proving.rules.matches import MatchRows
from touchline.proving.rules.minutes import Minutes
from touchline.proving.rules.parts import Cursors, Leases, Parts
from touchline.proving.rules.told import Course, Word
from touchline.proving.rules.watch import Watch

NOW = 1_770_500_000
ID = "aaaaaaaaaaaaaa1"
SLOTS = (0,) * 7


def a_row(**columns):
    known = {
        "external_id": ID, "created_at": "then", "updated_at": "then", "version": 3, "status_id": 2,
        "minute": 10, "last_minute_update_ts": NOW - 30, "phase_entered_ts": NOW - 570, "phase_seen_live": True,
        "first_half_kickoff_ts": NOW - 570, "second_half_kickoff_ts": None, "overtime_kickoff_ts": None,
        "provider_update_time": None, "last_event_ts": NOW - 60, "last_seen_ts": NOW - 5, "ended_ts": None,
        "last_live_seen_ts": NOW - 5, "match_time": NOW - 600, "home_scores": SLOTS, "away_scores": SLOTS,
        "home_score_display": 0, "away_score_display": 0, "statistics": [], "pending": {},
        "provenance": {"schedule": {"source": "diary"}},
    }  # fmt: skip
    return known | columns


def a_change(**columns):
    known = {
        "seq": 1, "match_id": ID, "kind": "match", "status_id": 2, "minute": 10, "home_score": 0,
        "away_score": 0, "happened": [], "lock_version": 4,
    }  # fmt: skip
    return known | columns


def changed(table, before, after, key=(1,)):
    return Changed(table, key, before, after, differing(before, after))


def commit(*rows):
    return Commit(float(NOW), float(NOW), rows)


def rewritten(**columns):
    return commit(changed("ts_matches", a_row(), a_row(**columns)))


def names(found):
    return [sentence.partition(":")[0] for sentence in found]


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"minute": 11, "version": 4}, "invariant 2"),
        ({"version": 4, "provider_update_time": 7, "statistics": [1]}, "invariant 1"),
        ({"version": 4, "first_half_kickoff_ts": NOW - 500}, "invariant 8"),
        ({"version": 4, "second_half_kickoff_ts": NOW - 500}, "invariant 15"),
        ({"last_minute_update_ts": NOW}, "invariant 9"),
        ({"minute": None}, "invariant 10"),
        ({"version": 4, "last_event_ts": NOW - 5_000}, "invariant 12"),
        ({"status_id": 3}, "version"),
        ({"version": 5, "status_id": 3}, "version"),
        ({"version": 4, "updated_at": "now"}, "updated_at"),
        ({"version": 4, "external_id": "b"}, "identity"),
    ],
)
def test_a_row_that_changes_as_it_must_not(columns, name):
    assert name in names(MatchRows(lambda: 10.0).broken(rewritten(**columns)))


def test_a_row_that_changes_as_it_may():
    rules = MatchRows(lambda: 10.0)
    assert names(rules.broken(rewritten(minute=11, last_minute_update_ts=NOW))) == []
    assert names(rules.broken(rewritten(version=4, status_id=3, updated_at="now", last_event_ts=NOW))) == []


def test_provider_time_never_falls():
    before, after = a_row(provider_update_time=NOW - 10), a_row(provider_update_time=NOW - 20, version=4)
    assert "invariant 3" in names(MatchRows(lambda: 10.0).broken(commit(changed("ts_matches", before, after))))


def test_push_makes_no_rows():
    made = a_row(provenance={"status": {"source": "mqtt"}})
    assert "invariant 14" in names(MatchRows(lambda: 10.0).broken(commit(changed("ts_matches", None, made))))


def test_what_changes_is_told_and_what_is_told_changed():
    rules = ChangeRows()
    silent = rewritten(version=4, status_id=3)
    false = commit(changed("change", None, a_change()))
    wrong = commit(
        changed("ts_matches", a_row(), a_row(version=4, status_id=3)), changed("change", None, a_change(seq=2))
    )
    assert names(rules.broken(silent)) == ["silent change"]
    assert names(rules.broken(false)) == ["false change"]
    assert "false change" in names(rules.broken(wrong))


def test_changes_are_numbered_in_the_order_of_commits():
    rules = ChangeRows()
    list(rules.broken(commit(changed("change", None, a_change(seq=2, kind="sla")))))
    assert names(rules.broken(commit(changed("change", None, a_change(seq=1, kind="sla"))))) == [
        "order of commits"
    ]


def test_a_version_is_written_once():
    rules = ChangeRows()
    once = changed("ts_matches", a_row(), a_row(version=4, statistics=[1]))
    list(rules.broken(commit(once, changed("change", None, a_change(seq=1)))))
    assert "lost update" in names(rules.broken(commit(once, changed("change", None, a_change(seq=2)))))


def test_goals_add_up():
    rules = Goals()
    list(rules.broken(commit(changed("change", None, a_change()))))
    twice = [{"event": "match.goal", "side": 1}] * 2
    doubled = commit(changed("change", None, a_change(seq=2, home_score=1, happened=twice)))
    assert names(rules.broken(doubled)) == ["goal events"]


def test_a_follower_misses_nothing_and_hears_nothing_twice():
    rules = Followers()
    list(rules.broken(commit(*(changed("change", None, a_change(seq=seq)) for seq in (1, 2, 4)))))
    assert list(rules.began("web", 1)) == []
    assert names(rules.told("web", [4])) == ["followers"]
    assert list(rules.told("web", [2])) == []
    assert names(rules.told("web", [2])) == ["followers"]
    assert names(rules.behind()) == ["followers"]
    assert list(rules.told("web", [4])) == []
    assert list(rules.behind()) == []


def test_a_minute_is_neither_early_nor_late():
    rules = Minutes(lambda: 1.0, lambda: 2.0)
    early = rewritten(minute=12, last_minute_update_ts=NOW)
    due = rewritten(minute=10, last_minute_update_ts=NOW)
    assert names(rules.broken(early)) == ["minute"]
    assert names(rules.broken(due)) == []
    assert names(rules.late([a_row(minute=8)], NOW)) == ["minute in time"]
    assert names(rules.late([a_row()], NOW)) == []


def test_a_clock_ahead_reaches_the_last_minute_early():
    """The clock of a period comes to a stand after two hours, by whichever clock."""
    begun = {"first_half_kickoff_ts": NOW - 7_190, "phase_entered_ts": NOW - 7_190}

    def written(minute):
        return commit(changed("ts_matches", a_row(minute=119, **begun), a_row(minute=minute, **begun)))

    rules = Minutes(lambda: 90.0, lambda: 2.0)
    assert names(rules.broken(written(121))) == []
    assert names(rules.broken(written(123))) == ["minute"]
    assert names(Minutes(lambda: 1.0, lambda: 2.0).broken(written(121))) == ["minute"]


def test_an_interruption_stands_still():
    rules = Minutes(lambda: 1.0, lambda: 2.0)
    pause = {"match_id": ID, "started_ts": NOW - 400, "ended_ts": NOW - 100}
    list(rules.broken(commit(changed("match_pause", None, pause))))
    assert rules.minute(a_row(), NOW) == 5


def test_no_step_back():
    words = [Word(NOW - 300 + at, status, SLOTS, SLOTS, 0) for at, status in ((0, 1), (100, 2), (200, 3))]
    rules = Course({ID: words}, 1.0, lambda: False)
    word = {"status": {"source": "mqtt", "observed_at_ms": NOW * 1000}}
    there = changed("ts_matches", a_row(status_id=2), a_row(status_id=3, provenance=word))
    back = changed("ts_matches", a_row(status_id=3), a_row(status_id=2, provenance=word))
    assert names(rules.broken(commit(there))) == []
    assert names(rules.broken(commit(back))) == ["no step back"]


@pytest.mark.parametrize(
    ("rule", "table", "before", "after"),
    [
        (Cursors(lambda _: []), "sync_cursor", {"name": "a", "value": 5}, {"name": "a", "value": 4}),
        (Cursors(lambda _: [ID]), "sync_cursor", None, {"name": "recent_list", "value": 4}),
        (Leases(), "lease", {"holder": "a", "until": NOW + 5.0}, {"holder": "b", "until": NOW + 10.0}),
        (Parts(), "kickoff_revision", {"seq": 1}, {"seq": 2}),
        (Parts(), "match_incident", None, {"match_id": ID, "ordinal": 2}),
    ],
)
def test_what_may_only_grow(rule, table, before, after):
    assert list(rule.broken(commit(changed(table, before, after)))) != []


def test_a_board_that_shows_something_else():
    shown = {ID: Shown(2, 10, (1, 0))}
    assert names(unlike_rows("web", shown, [a_row()])) == ["board"]
    assert list(unlike_rows("web", {ID: Shown(2, 10, (0, 0))}, [a_row()])) == []


def test_a_slot_is_decided_once_and_a_lock_has_one_run():
    slot = {"job_name": "Diary Refresh", "scheduled_for": NOW}
    run = slot | {"lock": "diary", "status": "running", "effective_schedule": "*/10 * * * *"}
    rules = JobRows()
    twice = [changed("job_slot", None, slot), changed("job_slot", None, slot)]
    assert names(rules.broken(commit(*twice))) == ["slots"]
    list(rules.broken(commit(changed("job_execution_logs", None, run | {"run_id": "a"}))))
    other = run | {"run_id": "b", "scheduled_for": NOW + 600}
    assert names(rules.broken(commit(changed("job_execution_logs", None, other)))) == ["runs"]


def an_episode(**columns):
    return {"match_id": ID, "reason": "silent", "shown": None, "began_ts": NOW} | columns


def test_a_slot_that_was_handed_over_is_not_forgotten():
    slot = {"job_name": "Sync", "scheduled_for": NOW, "fate": "handed_over", "planned_at": NOW}
    run = {"job_name": "Sync", "scheduled_for": NOW, "effective_schedule": "* * * * * +1s"}
    assert names(forgotten([slot], [], NOW + 60, NOW)) == ["slots"]
    assert names(forgotten([slot], [run | {"effective_schedule": "manual"}], NOW + 60, NOW)) == ["slots"]
    assert names(forgotten([slot], [run], NOW + 60, NOW)) == names(forgotten([slot], [], NOW + 1, NOW)) == []
    assert names(forgotten([slot | {"fate": "paced"}], [], NOW + 60, NOW)) == []
    assert names(forgotten([slot], [], NOW + 60, NOW + 1)) == []


@pytest.mark.parametrize(
    ("before", "after", "kinds", "found"),
    [
        (None, {"shown": "stale"}, ["sla"], []),
        (None, {"shown": "stale"}, [], ["watch"]),
        (None, {"shown": "stale"}, ["sla", "sla"], ["watch"]),
        ({"shown": "stale"}, None, [], ["watch"]),
        ({"shown": "stale"}, None, ["sla"], []),
        ({}, {"began_ts": NOW + 1}, [], ["watch"]),
    ],
)
def test_an_episode_is_told_once(before, after, kinds, found):
    rows = [before if before is None else an_episode(**before), after if after is None else an_episode(**after)]
    told = [changed("change", None, a_change(seq=place, kind=kind)) for place, kind in enumerate(kinds)]
    assert names(Watch().broken(commit(changed("stale_episode", *rows, key=(ID,)), *told))) == found


def test_the_watch_touches_no_match():
    told = changed("change", None, a_change(kind="sla"))
    row = changed("ts_matches", a_row(), a_row(minute=11), key=(ID,))
    assert names(Watch().broken(commit(told, row))) == ["watch"]
    assert names(Watch().broken(commit(told))) == []
