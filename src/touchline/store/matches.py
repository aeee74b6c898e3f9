"""The match record: locked, read whole, saved under its version.

The SQL beside it decides what is kept; this is the way of a row into a `Match` and back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from touchline.football.completeness import Lists
from touchline.football.model import (
    Completeness,
    Group,
    HalfStat,
    Incident,
    KickoffRevision,
    Lineup,
    Match,
    Pause,
    Pending,
    Provenance,
    Schedule,
    Slots,
    Stat,
    Status,
    StoredIncident,
    TextLine,
    Trend,
)
from touchline.football.withdrawal import is_withdrawn
from touchline.ids import MatchId
from touchline.store.db import Row, Tx, as_json
from touchline.store.sql import load

SQL = load("matches")
WAIT_MS = 10_000
STATUS = {status.value: status for status in Status}

_provenance = msgspec.json.Decoder(dict[Group, Provenance])
_pending = msgspec.json.Decoder(Pending)
_statistics = msgspec.json.Decoder(tuple[Stat, ...])
_completeness = msgspec.json.Decoder(Completeness)
_half_stats = msgspec.json.Decoder(tuple[HalfStat, ...])
_coverage = msgspec.json.Decoder(dict[str, int])
_environment = msgspec.json.Decoder(dict[str, str])
THINGS: Mapping[str, msgspec.json.Decoder[Any]] = {
    "revision": msgspec.json.Decoder(KickoffRevision),
    "pause": msgspec.json.Decoder(Pause),
    "incident": msgspec.json.Decoder(StoredIncident),
    "commentary": msgspec.json.Decoder(tuple[TextLine, ...]),
    "lineup": msgspec.json.Decoder(Lineup),
    "trend": msgspec.json.Decoder(Trend),
}
"""What hangs on a row, by its kind in the statement."""


NO_LISTS = Lists()


class Save(Struct, frozen=True, kw_only=True):
    """A match as it is to be, and what hangs on it. `match.version` is the one it was read with."""

    match: Match
    applied: frozenset[Group] = frozenset()
    """The groups that were set: their provenance, schedule, statistics, commentary … are written."""
    visible: bool
    """Whether a reader can see a difference: `updated_at` moves."""
    seen_live: bool = False
    """Whether a live source was among those who named it."""
    halves: bool = False
    """Whether the statistics of a half changed."""
    completeness: bool = False
    """Whether what is verified of it changed, or what was done about it."""
    lists: Lists = NO_LISTS
    """The incidents of the halves that are over, where they may have changed."""
    incidents: tuple[StoredIncident, ...] = ()
    revisions: tuple[KickoffRevision, ...] = ()
    pauses: tuple[Pause, ...] = ()


class Hanging(Struct, frozen=True, kw_only=True):
    """What hangs on a match is read only where asked: the matches of which it is wanted."""

    incidents: Collection[MatchId] = ()
    commentary: Collection[MatchId] = ()
    lineup: Collection[MatchId] = ()
    trend: Collection[MatchId] = ()


NOTHING_MORE = Hanging()


async def lock(
    tx: Tx,
    ids: Collection[MatchId],
    hanging: Hanging = NOTHING_MORE,
    *,
    wait_ms: int = WAIT_MS,
    skip_locked: bool = False,
) -> dict[MatchId, Match]:
    """The matches among `ids` that exist, locked in the order of their ids until the transaction ends.

    What somebody else has locked is waited for, at most `wait_ms` for any lock of this transaction, then
    StaleWrite is raised; or it is left out (`skip_locked`).
    Call it inside a pipeline: it then takes one round trip.
    """
    wanted = {"ids": list(ids)} | {f"with_{part}": list(of) for part, of in structs.asdict(hanging).items()}
    lock_them = SQL["lock_free" if skip_locked else "lock"]
    rows = await tx.rows_later(lock_them, {"ids": list(ids), "wait_ms": str(max(1, wait_ms))})
    found = await tx.rows_later(SQL["hanging"], wanted)
    locked = await rows()
    things = _by_match(await found())
    return {row[0]: _match(row, things.get(row[0], {})) for row in locked}


async def known(tx: Tx, ids: Collection[MatchId]) -> set[MatchId]:
    """Which of `ids` have a row, locked or not."""
    return {row[0] for row in await tx.rows(SQL["known"], {"ids": list(ids)})}


async def create(tx: Tx, matches: Iterable[Match]) -> set[MatchId]:
    """Make rows; the ids of those that did not exist. Only who, when and the status: the rest is saved."""
    rows = [
        {
            "id": match.id,
            "match_time": match.schedule.match_time,
            "status_id": match.status,
            "phase_entered_ts": match.phase_entered_ts,
        }
        for match in matches
    ]
    made = await tx.rows(SQL["create"], {"rows": as_json(rows), "now": tx.now})
    return {row[0] for row in made}


async def save(tx: Tx, saves: Sequence[Save]) -> set[MatchId]:
    """Write `saves`, each under the version it was read with; the ids that were lost to somebody else.

    Of a lost one nothing is written.
    """
    rows = [_live(each) for each in saves]
    won = {row[0] for row in await tx.rows(SQL["save"], {"rows": as_json(rows), "now": tx.now})}
    kept = [each for each in saves if each.match.id in won]
    for name, hanging in _hanging_rows(kept).items():
        if hanging:
            await tx.send(SQL[name], {"rows": as_json(hanging)})
    return {each.match.id for each in saves} - won


async def touch(tx: Tx, ids: Collection[MatchId], *, live: Collection[MatchId] = ()) -> None:
    """A source named these matches at the transaction's time and nothing is new; of `live` a live one did."""
    await tx.send(SQL["touch"], {"ids": sorted(ids), "live": sorted(live), "now": tx.now})


# ---------------------------------------------------------------- a row into a match


def _by_match(rows: Sequence[Row]) -> Mapping[MatchId, Mapping[str, list[Any]]]:
    """What hangs on the rows: by match, by kind, in its order."""
    found: dict[MatchId, dict[str, list[Any]]] = {}
    for match_id, kind, thing, _place in rows:
        found.setdefault(match_id, {}).setdefault(kind, []).append(THINGS[kind].decode(thing))
    return found


def _match(row: Row, hanging: Mapping[str, Sequence[Any]]) -> Match:
    """A row of `lock` and what hangs on it. The order of the columns is that of the statement."""
    match_id, version = row[:2]
    (
        status_id, phase_entered_ts, phase_seen_live, home_scores, away_scores, half_time_reached,
        shoot_out_reached, home_extra_time, away_extra_time, first_half_kickoff_ts, second_half_kickoff_ts,
        overtime_kickoff_ts, minute, last_minute_update_ts, provider_update_time, last_event_ts, last_seen_ts,
        last_live_seen_ts, provenance, pending, statistics, first_half_stats, second_half_stats,
        data_completeness,
    ) = row[26:]  # fmt: skip
    return Match(
        id=match_id,
        version=version,
        schedule=_schedule(row[2:26]),
        status=STATUS[status_id],
        phase_entered_ts=phase_entered_ts,
        phase_seen_live=phase_seen_live,
        home_scores=tuple(home_scores),
        away_scores=tuple(away_scores),
        half_time_reached=half_time_reached,
        shoot_out_reached=shoot_out_reached,
        extra_time=None if home_extra_time is None else (home_extra_time, away_extra_time),
        first_half_kickoff_ts=first_half_kickoff_ts,
        second_half_kickoff_ts=second_half_kickoff_ts,
        overtime_kickoff_ts=overtime_kickoff_ts,
        revisions=tuple(hanging.get("revision", ())),
        pauses=tuple(hanging.get("pause", ())),
        minute=minute,
        last_minute_update_ts=last_minute_update_ts,
        provider_update_time=provider_update_time,
        last_event_ts=last_event_ts,
        last_seen_ts=last_seen_ts,
        last_live_seen_ts=last_live_seen_ts,
        provenance=_provenance.decode(provenance),
        pending=_pending.decode(pending),
        incidents=tuple(hanging.get("incident", ())),
        statistics=_statistics.decode(statistics),
        first_half_stats=first_half_stats and _half_stats.decode(first_half_stats),
        second_half_stats=second_half_stats and _half_stats.decode(second_half_stats),
        completeness=_completeness.decode(data_completeness),
        tlive=_only(hanging, "commentary") or (),
        lineup=_only(hanging, "lineup"),
        trend=_only(hanging, "trend"),
    )


def _schedule(columns: Row) -> Schedule:
    (
        match_time, competition_id, season_id, stage_id, home_team_id, away_team_id, venue_id, referee_id,
        round_num, group_num, neutral, tbd, has_ot, team_reverse, loss, note, related_id, agg_home, agg_away,
        home_position, away_position, coverage, environment, ended_ts,
    ) = columns  # fmt: skip
    return Schedule(
        match_time=match_time,
        competition_id=competition_id,
        season_id=season_id,
        stage_id=stage_id,
        home_team_id=home_team_id,
        away_team_id=away_team_id,
        venue_id=venue_id,
        referee_id=referee_id,
        round_num=round_num,
        group_num=group_num,
        neutral=neutral,
        tbd=tbd,
        has_ot=has_ot,
        team_reverse=team_reverse,
        loss=loss,
        note=note,
        related_id=related_id,
        aggregate=None if agg_home is None else (agg_home, agg_away),
        home_position=home_position,
        away_position=away_position,
        coverage=_coverage.decode(coverage),
        environment=_environment.decode(environment),
        ended_ts=ended_ts,
    )


def _only(hanging: Mapping[str, Sequence[Any]], kind: str) -> Any:
    """What a match has one of, or None."""
    return next(iter(hanging.get(kind, ())), None)


# ---------------------------------------------------------------- a match into rows


class _Live(Struct, frozen=True, kw_only=True):
    """What `save` writes of a match, by the names of its columns."""

    id: MatchId
    version: int
    visible: bool
    status_id: Status
    phase_entered_ts: int
    phase_seen_live: bool
    home_scores: Slots
    away_scores: Slots
    half_time_reached: bool
    shoot_out_reached: bool
    home_score_extra_time: int | None
    away_score_extra_time: int | None
    first_half_kickoff_ts: int | None
    second_half_kickoff_ts: int | None
    overtime_kickoff_ts: int | None
    provider_update_time: int | None
    last_event_ts: int | None
    seen_live: bool
    provenance: Mapping[Group, Provenance]
    pending: Pending
    statistics: tuple[Stat, ...] | None
    first_half_stats: tuple[HalfStat, ...] | None
    second_half_stats: tuple[HalfStat, ...] | None
    incidents_first_half: tuple[Incident, ...] | None
    incidents_second_half: tuple[Incident, ...] | None
    incidents_extra: tuple[Incident, ...] | None
    data_completeness: Completeness | None


def _live(given: Save) -> _Live:
    match = given.match
    home_extra_time, away_extra_time = match.extra_time or (None, None)
    return _Live(
        id=match.id,
        version=match.version,
        visible=given.visible,
        status_id=match.status,
        phase_entered_ts=match.phase_entered_ts,
        phase_seen_live=match.phase_seen_live,
        home_scores=match.home_scores,
        away_scores=match.away_scores,
        half_time_reached=match.half_time_reached,
        shoot_out_reached=match.shoot_out_reached,
        home_score_extra_time=home_extra_time,
        away_score_extra_time=away_extra_time,
        first_half_kickoff_ts=match.first_half_kickoff_ts,
        second_half_kickoff_ts=match.second_half_kickoff_ts,
        overtime_kickoff_ts=match.overtime_kickoff_ts,
        provider_update_time=match.provider_update_time,
        last_event_ts=match.last_event_ts,
        seen_live=given.seen_live,
        provenance={group: match.provenance[group] for group in given.applied if group in match.provenance},
        pending=match.pending,
        statistics=match.statistics if Group.STATS in given.applied else None,
        first_half_stats=match.first_half_stats if given.halves else None,
        second_half_stats=match.second_half_stats if given.halves else None,
        incidents_first_half=given.lists.first,
        incidents_second_half=given.lists.second,
        incidents_extra=given.lists.extra,
        data_completeness=match.completeness if given.completeness else None,
    )


def _hanging_rows(saves: Sequence[Save]) -> Mapping[str, Sequence[Any]]:
    """The rows of each statement that follows `save`, by its name."""
    return {
        "save_schedule": [
            {"id": each.match.id, "schedule": each.match.schedule}
            for each in saves
            if Group.SCHEDULE in each.applied
        ],
        "save_deleted": [
            {"id": each.match.id, "deleted": is_withdrawn(each.match)}
            for each in saves
            if Group.DELETED in each.applied
        ],
        "save_incidents": _of_matches((each.match.id, each.incidents) for each in saves),
        "append_revisions": _of_matches((each.match.id, each.revisions) for each in saves),
        "save_pauses": _of_matches((each.match.id, each.pauses) for each in saves),
        "save_commentary": [
            {"match_id": each.match.id, "lines": each.match.tlive}
            for each in saves
            if Group.TLIVE in each.applied
        ],
        "save_lineup": [
            {"match_id": each.match.id, "lineup": each.match.lineup}
            for each in saves
            if Group.LINEUP in each.applied and each.match.lineup is not None
        ],
        "save_trend": [
            {"match_id": each.match.id, "trend": each.match.trend}
            for each in saves
            if Group.TREND in each.applied and each.match.trend is not None
        ],
    }


def _of_matches(given: Iterable[tuple[MatchId, Sequence[Struct]]]) -> list[dict[str, Any]]:
    return [{"match_id": match_id} | structs.asdict(each) for match_id, things in given for each in things]
