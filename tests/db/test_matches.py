"""A match comes out of the database as it went in, under its version."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.build import MATCH, a_goal, a_match, a_schedule, a_word, slots

from touchline.errors import StaleWrite
from touchline.football.model import (
    Group,
    Held,
    KickoffRevision,
    Match,
    Pause,
    Pending,
    Period,
    Side,
    Source,
    Stat,
    Status,
    StoredIncident,
    TextLine,
)
from touchline.ids import MatchId
from touchline.store import matches
from touchline.store.db import Database
from touchline.store.matches import Save

T = 1_770_486_600_000
OTHER = MatchId("bbbbbbbbbbbbbb2")
A_REVISION = KickoffRevision(
    period=Period.FIRST_HALF,
    seq=1,
    kickoff_ts=1_770_483_600,
    delta_s=-60,
    source=Source.MQTT,
    observed_at_ms=T,
    followed=True,
    reason="revision",
)
A_SCHEDULE = a_schedule(
    season_id="season",
    stage_id="stage",
    venue_id="venue",
    referee_id="referee",
    round_num=3,
    group_num=2,
    neutral=True,
    tbd=True,
    has_ot=True,
    team_reverse=True,
    loss=True,
    note="FT[2-2]",
    related_id="related",
    aggregate=(3, 2),
    home_position="1",
    away_position="A2",
    coverage={"mlive": 1},
    environment={"wind": "6.5m/s"},
    ended_ts=1_770_490_700,
)
A_PROVENANCE = {
    Group.STATUS: a_word(at_ms=T, seq=7, provider_time=5, content="x"),
    Group.STATS: replace(a_word(), superseded=((2**63 - 1, T), (4, T))),
}
A_PENDING = Pending(
    status=Held(value=2, source=Source.MQTT, channel="mqtt-1", observed_at_ms=T),
    contested_at_ms=T,
    history_asked=True,
)


async def create(database: Database, *ids: MatchId) -> list[Match]:
    """New rows, as they are read back."""
    new = [replace(a_match(status=Status.NOT_STARTED), id=id_) for id_ in ids]
    async with database.transaction(T) as tx:
        assert await matches.create(tx, new) == set(ids)
    return [await stored(database, id_) for id_ in ids]


async def stored(database: Database, id_: MatchId = MATCH) -> Match:
    async with database.transaction(T) as tx, tx.pipeline():
        found = await matches.lock(tx, [id_], matches.Hanging(incidents=[id_], commentary=[id_]))
    return found[id_]


async def save(database: Database, match: Match, **given: Any) -> set[MatchId]:
    known = {"match": match, "applied": frozenset(Group), "visible": True}
    async with database.transaction(T) as tx:
        return await matches.save(tx, [Save(**(known | given))])


async def column(database: Database, name: str) -> Any:
    async with database.transaction(T) as tx:
        [(row,)] = await tx.rows("SELECT to_jsonb(m) FROM ts_matches AS m")
    return row[name]


def a_full_match(version: int) -> Match:
    """A match with something in every field."""
    revisions = (A_REVISION, replace(A_REVISION, seq=2, kickoff_ts=1_770_483_655, reason="out_of_window"))
    return Match(
        id=MATCH,
        version=version,
        schedule=A_SCHEDULE,
        status=Status.EXTRA_TIME,
        phase_entered_ts=1_770_489_000,
        phase_seen_live=True,
        home_scores=slots(2, 1, 0, 3, -1, 3, 0),
        away_scores=slots(2, 1, 1, 0, 4, 2, 5),
        half_time_reached=True,
        shoot_out_reached=True,
        extra_time=(3, 2),
        first_half_kickoff_ts=1_770_483_660,
        second_half_kickoff_ts=1_770_487_400,
        overtime_kickoff_ts=1_770_490_400,
        revisions=revisions,
        pauses=(Pause(1_770_485_000, 1_770_485_600), Pause(1_770_488_000)),
        provider_update_time=1_770_486_000,
        last_event_ts=1_770_486_500,
        last_seen_ts=T // 1000,
        provenance=A_PROVENANCE,
        pending=A_PENDING,
        incidents=(
            StoredIncident(
                ordinal=1, position=0, first_seen_ts=5, what=a_goal(score=(1, 0), player_name="Ö. 9")
            ),
            StoredIncident(
                ordinal=2, position=1, revision=3, withdrawn_ts=9, first_seen_ts=6, what=a_goal(side=Side.AWAY)
            ),
        ),
        statistics=(Stat(2, 5, 4), Stat(25, 60, 40)),
        tlive=(TextLine("45'+2'", "Corner, Home FC.", Side.HOME),),
    )


async def test_a_match_comes_back_as_it_went_in(database: Database) -> None:
    [new] = await create(database, MATCH)
    full = a_full_match(new.version)

    lost = await save(database, full, incidents=full.incidents, revisions=full.revisions, pauses=full.pauses)

    assert lost == set()
    assert await stored(database) == replace(full, version=new.version + 1)


async def test_incidents_and_commentary_are_read_where_asked(database: Database) -> None:
    [new] = await create(database, MATCH)
    full = a_full_match(new.version)
    await save(database, full, incidents=full.incidents)

    async with database.transaction(T) as tx, tx.pipeline():
        found = await matches.lock(tx, [MATCH, OTHER])

    assert list(found) == [MATCH]
    assert (found[MATCH].incidents, found[MATCH].tlive) == ((), ())


async def test_who_comes_second_with_the_same_version_loses(database: Database) -> None:
    [match, other] = await create(database, MATCH, OTHER)
    goal = StoredIncident(ordinal=1, position=0, first_seen_ts=5, what=a_goal())
    assert await save(database, replace(match, home_scores=slots(1))) == set()

    async with database.transaction(T) as tx:
        lost = await matches.save(
            tx,
            [
                Save(match=replace(match, home_scores=slots(2)), visible=True, incidents=(goal,)),
                Save(match=replace(other, home_scores=slots(3)), visible=True),
            ],
        )

    assert lost == {MATCH}
    now = await stored(database)
    assert (now.home_scores, now.incidents, now.version) == (slots(1), (), match.version + 1)
    assert (await stored(database, OTHER)).home_scores == slots(3)


async def test_saving_twice_with_one_version_changes_rows_once_then_none(database: Database) -> None:
    [match] = await create(database, MATCH)
    changed = replace(match, status=Status.FIRST_HALF)

    assert [await save(database, changed) for _ in range(2)] == [set(), {MATCH}]


async def test_rows_made_twice_are_made_once(database: Database) -> None:
    await create(database, MATCH)

    async with database.transaction(T) as tx:
        assert await matches.create(tx, [a_match()]) == set()
        assert await matches.known(tx, [MATCH, OTHER]) == {MATCH}


async def test_a_match_only_seen_again_keeps_version_and_updated_at(database: Database) -> None:
    [match] = await create(database, MATCH)
    before = await column(database, "updated_at")

    async with database.transaction(T + 60_000) as tx:
        await matches.touch(tx, [MATCH])
    async with database.transaction(T) as tx:
        await matches.touch(tx, [MATCH])

    assert await stored(database) == replace(match, last_seen_ts=T // 1000 + 60)
    assert await column(database, "updated_at") == before


async def test_who_was_named_by_a_live_source_is_kept_apart(database: Database) -> None:
    await create(database, MATCH)
    for at_s, live in ((60, False), (60, True), (90, False), (30, True)):
        async with database.transaction(T + at_s * 1000) as tx:
            await matches.touch(tx, [MATCH], live=[MATCH] if live else [])

    match = await stored(database)
    assert (match.last_seen_ts, match.last_live_seen_ts) == (T // 1000 + 90, T // 1000 + 60)


async def test_what_only_waits_for_a_second_word_is_kept_but_updates_nothing(database: Database) -> None:
    [match] = await create(database, MATCH)
    before = await column(database, "updated_at")
    waiting = replace(match, pending=Pending(history_asked=True))

    async with database.transaction(T + 60_000) as tx:
        await matches.save(tx, [Save(match=waiting, visible=False)])

    assert (await stored(database)).pending == waiting.pending
    assert await column(database, "updated_at") == before


async def test_an_open_pause_is_closed_once(database: Database) -> None:
    [match] = await create(database, MATCH)
    await save(database, match, pauses=(Pause(100),))
    for ended_ts in (200, 300):
        await save(database, await stored(database), pauses=(Pause(100, ended_ts),))

    assert (await stored(database)).pauses == (Pause(100, 200),)


async def test_a_held_match_is_left_out_or_waited_for(database: Database) -> None:
    await create(database, MATCH, OTHER)

    async with database.transaction(T) as holder:
        await matches.lock(holder, [MATCH])
        async with database.transaction(T) as tx, tx.pipeline():
            assert set(await matches.lock(tx, [MATCH, OTHER], skip_locked=True)) == {OTHER}
        with pytest.raises(StaleWrite):
            async with database.transaction(T) as tx:
                await matches.lock(tx, [MATCH, OTHER], wait_ms=20)


SLOTS = st.tuples(*[st.integers(0, 32_767)] * 4, st.integers(-1, 32_767), *[st.integers(0, 32_767)] * 2)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)


@settings(max_examples=60)
@given(home=SLOTS, away=SLOTS, status=st.sampled_from(Status), note=TEXT, name=TEXT, time=st.integers(0, 200))
async def test_any_legal_content_comes_back(
    database: Database, home: Any, away: Any, status: Status, note: str, name: str, time: int
) -> None:
    async with database.transaction(T) as tx:
        await matches.create(tx, [a_match()])
    goal = StoredIncident(ordinal=1, position=0, first_seen_ts=5, what=a_goal(minute=time, player_name=name))
    match = replace(
        await stored(database),
        status=status,
        home_scores=home,
        away_scores=away,
        schedule=a_schedule(note=note),
        incidents=(goal,),
    )

    assert await save(database, match, incidents=(goal,)) == set()

    assert await stored(database) == replace(match, version=match.version + 1, last_seen_ts=T // 1000)
