"""What neither store takes: rows that may not be so, and rows that may not become so."""

from collections.abc import Awaitable, Callable

import pytest
from psycopg import errors
from tests.build import MATCH, MATCH_TIME, T, a_goal, a_match
from tests.db.test_changes import a_change
from tests.sim.house import House, a_save

from touchline.football.model import Group, KickoffRevision, Pause, Period, Source, Status, StoredIncident
from touchline.ids import MatchId
from touchline.store import changes, jobs, matches
from touchline.store.db import Tx
from touchline.store.jobs import Begin, Slot, Ticket

Bad = Callable[[Tx], Awaitable[object]]


def save(**fields: object) -> Bad:
    return lambda tx: matches.save(tx, [a_save(**fields)])


def a_revision(**fields: object) -> KickoffRevision:
    known: dict[str, object] = {
        "period": Period.FIRST_HALF,
        "seq": 1,
        "kickoff_ts": MATCH_TIME,
        "delta_s": 60,
        "source": Source.MQTT,
        "observed_at_ms": T,
        "followed": True,
        "reason": "revision",
    }
    return KickoffRevision(**(known | fields))  # type: ignore[arg-type]


STORED = {
    "first_half_kickoff_ts": MATCH_TIME + 60,
    "provider_update_time": MATCH_TIME + 100,
    "incidents": (StoredIncident(ordinal=1, position=0, revision=2, first_seen_ts=MATCH_TIME, what=a_goal()),),
    "revisions": (a_revision(),),
    "pauses": (Pause(MATCH_TIME + 300, MATCH_TIME + 400), Pause(MATCH_TIME + 900, None)),
}
"""What the match has that these claims are about; its version is 1."""

REFUSED: dict[str, tuple[Bad, type[errors.Error]]] = {
    "a kick-off is written once": (
        save(first_half_kickoff_ts=MATCH_TIME + 61),
        errors.IntegrityConstraintViolation,
    ),
    "a kick-off is not taken back": (save(), errors.IntegrityConstraintViolation),
    "provider time only rises": (
        save(first_half_kickoff_ts=MATCH_TIME + 60, provider_update_time=MATCH_TIME + 99),
        errors.IntegrityConstraintViolation,
    ),
    "an instant is in seconds": (
        save(
            first_half_kickoff_ts=MATCH_TIME + 60,
            provider_update_time=MATCH_TIME + 100,
            last_event_ts=T,
        ),
        errors.CheckViolation,
    ),
    "a score has seven slots": (
        save(first_half_kickoff_ts=MATCH_TIME + 60, provider_update_time=MATCH_TIME + 100, home_scores=(1, 0)),
        errors.NotNullViolation,
    ),
    "no count is below none": (
        save(
            first_half_kickoff_ts=MATCH_TIME + 60,
            provider_update_time=MATCH_TIME + 100,
            home_scores=(1, 0, 0, -1, 0, 0, 0),
        ),
        errors.CheckViolation,
    ),
    "a score fits its column": (
        save(
            first_half_kickoff_ts=MATCH_TIME + 60,
            provider_update_time=MATCH_TIME + 100,
            home_scores=(70_000, 0, 0, 0, 0, 0, 0),
        ),
        errors.NumericValueOutOfRange,
    ),
    "a match is there before what hangs on it": (
        lambda tx: tx.execute(
            matches.SQL["save_commentary"], {"rows": '[{"match_id": "nobody", "lines": []}]'}
        ),
        errors.ForeignKeyViolation,
    ),
    "a revision is appended once": (
        lambda tx: tx.execute(
            matches.SQL["append_revisions"],
            {
                "rows": '[{"match_id": "aaaaaaaaaaaaaa1", "period": "first_half", "seq": 1, "kickoff_ts": 5,'
                ' "delta_s": 0, "source": "mqtt", "observed_at_ms": 5, "followed": true,'
                ' "reason": "revision"}]'
            },
        ),
        errors.UniqueViolation,
    ),
    "one pause at a time is open": (
        lambda tx: tx.execute(
            matches.SQL["save_pauses"],
            {"rows": f'[{{"match_id": "{MATCH}", "started_ts": {MATCH_TIME + 950}, "ended_ts": null}}]'},
        ),
        errors.UniqueViolation,
    ),
    "an incident keeps when it was first seen": (
        lambda tx: tx.execute(
            matches.SQL["save_incidents"],
            {
                "rows": f'[{{"match_id": "{MATCH}", "ordinal": 1, "position": 0, "revision": 1,'
                ' "withdrawn_ts": null, "first_seen_ts": 5, "what": {"type": 1, "side": 1, "time": 3}}]'
            },
        ),
        errors.IntegrityConstraintViolation,
    ),
    "an id is the provider's": (
        lambda tx: matches.create(tx, [a_match(id=MatchId("Not An Id"))]),
        errors.CheckViolation,
    ),
    "a change says a minute": (
        lambda tx: changes.append(tx, [a_change(minute_text="")]),
        errors.CheckViolation,
    ),
    "a change is of a status": (
        lambda tx: tx.execute(
            changes.SQL["append"],
            {
                "rows": '[{"match_id": "aaaaaaaaaaaaaa1", "kind": "match", "status_id": 6, "minute": 1,'
                ' "minute_text": "x", "home_score": 0, "away_score": 0, "happened": [], "lock_version": 1,'
                ' "at_ms": 1}]'
            },
        ),
        errors.CheckViolation,
    ),
    "nothing is left out that must be said": (
        lambda tx: tx.execute(
            changes.SQL["append"],
            {
                "rows": '[{"match_id": null, "kind": "match", "status_id": 1, "minute": null,'
                ' "minute_text": "x", "home_score": 0, "away_score": 0, "happened": [], "lock_version": 1,'
                ' "at_ms": 1}]'
            },
        ),
        errors.NotNullViolation,
    ),
    "no text holds a NUL": (
        lambda tx: tx.execute(
            matches.SQL["save_commentary"], {"rows": f'[{{"match_id": "{MATCH}", "lines": ["\\u0000"]}}]'}
        ),
        errors.UntranslatableCharacter,
    ),
    "a slot has an offset within its minute": (
        lambda tx: jobs.plan(tx, [Slot(job_name="x", scheduled_for=60, fate="handed_over", offset_s=61)]),
        errors.CheckViolation,
    ),
    "a run has a node": (
        lambda tx: jobs.begin(
            tx,
            Begin(
                ticket=Ticket(job_name="x", scheduled_for=60),
                lock="x",
                node="",
                schedule="* * * * *",
                effective_schedule="* * * * *",
            ),
        ),
        errors.CheckViolation,
    ),
}


@pytest.fixture
async def stored(house: House) -> House:
    """A house with that match."""
    await house.have(**STORED)
    return house


@pytest.mark.parametrize("rule", REFUSED)
async def test_it_is_refused_and_nothing_of_its_transaction_stays(stored: House, rule: str) -> None:
    bad, error = REFUSED[rule]
    before = stored.store.rows("ts_matches")

    async def try_it() -> None:
        async with stored.transaction() as tx:
            await changes.append(tx, [a_change()])
            await bad(tx)

    with pytest.raises(error):
        await try_it()

    assert await stored.stream() == []
    assert stored.store.rows("ts_matches") == before


async def test_a_transaction_that_failed_takes_no_more(house: House) -> None:
    async with house.transaction() as tx:
        with pytest.raises(errors.CheckViolation):
            await changes.append(tx, [a_change(minute_text="")])
        with pytest.raises(errors.InFailedSqlTransaction):
            await changes.append(tx, [a_change()])

    assert await house.stream() == []


async def test_updated_at_moves_with_content_alone(stored: House) -> None:
    same = {"first_half_kickoff_ts": MATCH_TIME + 60, "provider_update_time": MATCH_TIME + 100}
    [before] = stored.store.rows("ts_matches")
    async with stored.store.database("one").transaction(T + 60_000) as tx:
        assert await matches.save(tx, [a_save(visible=True, applied=frozenset(), **same)]) == set()
    [same_content] = stored.store.rows("ts_matches")
    async with stored.store.database("one").transaction(T + 90_000) as tx:
        await matches.save(tx, [a_save(version=2, status=Status.HALF_TIME, **same)])
    [other_content] = stored.store.rows("ts_matches")

    assert same_content["version"] == before["version"] + 1
    assert same_content["updated_at"] == before["updated_at"]
    assert other_content["updated_at"].timestamp() == T // 1000 + 90


async def test_what_follows_from_the_score_follows_it(house: House) -> None:
    await house.have()
    await house.save(
        home_scores=(2, 1, 0, 3, -1, 0, 0),
        away_scores=(1, 0, 1, 0, 4, 0, 0),
        status=Status.SECOND_HALF,
        extra_time=(3, 1),
        applied=frozenset({Group.GOALS}),
    )

    [row] = house.store.rows("ts_matches")
    assert (row["home_score_regular"], row["home_score_display"], row["away_score_display"]) == (2, 3, 1)
    assert (row["home_score_half_time"], row["away_score_half_time"]) == (1, 0)
    assert (row["home_score_shoot_out"], row["home_corners"], row["away_corners"]) == (None, None, 4)
    assert (row["away_red_cards"], row["home_yellow_cards"]) == (1, 3)
