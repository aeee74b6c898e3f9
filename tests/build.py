"""Valid values made from nothing; a test names only what it is about.

Football time starts at `T` (ms); the match of these examples is scheduled for `MATCH_TIME`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from touchline.football import order
from touchline.football.model import (
    NO_SLOTS,
    Counts,
    Goals,
    Group,
    Halves,
    Incident,
    Lineup,
    Match,
    Observation,
    Pair,
    Provenance,
    Says,
    Schedule,
    Side,
    Slots,
    Source,
    Stat,
    Status,
    StatusClaim,
    StoredIncident,
    TextLine,
    Trend,
)
from touchline.ids import MatchId

MATCH_TIME = 1_770_483_600
T = (MATCH_TIME + 3_000) * 1000
MATCH = MatchId("aaaaaaaaaaaaaa1")


def a_schedule(**fields: Any) -> Schedule:
    """A fixture at `MATCH_TIME`."""
    known = {
        "match_time": MATCH_TIME,
        "competition_id": "ccccccccccccc01",
        "home_team_id": "hhhhhhhhhhhhh01",
        "away_team_id": "aaaaaaaaaaaaa01",
    }
    return Schedule(**(known | fields))


def slots(
    goals: int = 0,
    half_time: int = 0,
    red: int = 0,
    yellow: int = 0,
    corners: int = 0,
    extra_time: int = 0,
    shoot_out: int = 0,
) -> Slots:
    """One side's array of seven."""
    return (goals, half_time, red, yellow, corners, extra_time, shoot_out)


def a_match(
    *,
    score: Pair = (0, 0),
    status: Status = Status.FIRST_HALF,
    incidents: Sequence[Incident | StoredIncident] = (),
    **fields: Any,
) -> Match:
    """A stored match in its first half, known from the diary."""
    first_seen_ts = MATCH_TIME
    stored = tuple(
        one
        if isinstance(one, StoredIncident)
        else StoredIncident(ordinal=place + 1, position=place, first_seen_ts=first_seen_ts, what=one)
        for place, one in enumerate(incidents)
    )
    known: dict[str, Any] = {
        "id": MATCH,
        "version": 1,
        "schedule": a_schedule(),
        "status": status,
        "phase_entered_ts": MATCH_TIME,
        "home_scores": (score[0], *NO_SLOTS[1:]),
        "away_scores": (score[1], *NO_SLOTS[1:]),
        "half_time_reached": status in {3, 4, 5, 7, 8},
        "shoot_out_reached": status == 7,
        "incidents": stored,
        "last_seen_ts": MATCH_TIME,
        "provenance": {Group.SCHEDULE: a_word(source=Source.DIARY, channel="diary", at_ms=MATCH_TIME * 1000)},
    }
    return Match(**(known | fields))


def a_word(
    *,
    source: Source = Source.MQTT,
    channel: str = "mqtt-1",
    at_ms: int = T,
    seq: int = 0,
    provider_time: int | None = None,
    content: object = None,
) -> Provenance:
    """Who set a group of a stored match."""
    return Provenance(
        source=source,
        channel=channel,
        observed_at_ms=at_ms,
        seq=seq,
        provider_time=provider_time,
        fingerprint=0 if content is None else order.fingerprint(content),
    )


def a_claim(
    *,
    score: Pair | None = None,
    status: Status | None = None,
    kickoff_ts: int | None = None,
    goals: Goals | None = None,
    counts: Counts | None = None,
    incidents: Sequence[Incident] | None = None,
    stats: Sequence[Stat] | None = None,
    tlive: Sequence[TextLine] | None = None,
    schedule: Schedule | None = None,
    lineup: Lineup | None = None,
    trend: Trend | None = None,
    halves: Halves | None = None,
    deleted: bool | None = None,
    source: Source = Source.MQTT,
    channel: str | None = None,
    at_ms: int = T,
    seq: int | None = None,
    provider_time: int | None = None,
    follows: Mapping[Group, int] | None = None,
    match_id: MatchId = MATCH,
) -> Observation:
    """A claim from the push channel, newer than anything stored unless said otherwise; `score`: goals alone."""
    if score is not None:
        goals = Goals((score[0], 0, 0, 0), (score[1], 0, 0, 0))
    return Observation(
        match_id=match_id,
        source=source,
        channel=channel or f"{source}-1",
        observed_at_ms=at_ms,
        seq=at_ms if seq is None else seq,
        provider_time=provider_time,
        says=Says(
            status=None if status is None else StatusClaim(status, kickoff_ts),
            goals=goals,
            counts=counts,
            incidents=None if incidents is None else tuple(incidents),
            stats=None if stats is None else tuple(sorted(stats, key=lambda stat: stat.type)),
            tlive=None if tlive is None else tuple(tlive),
            schedule=schedule,
            lineup=lineup,
            trend=trend,
            halves=halves,
            deleted=deleted,
        ),
        follows=follows or {},
    )


def an_incident(type_: int, *, minute: int = 23, side: Side = Side.HOME, **fields: Any) -> Incident:
    """One entry of a list."""
    return Incident(type=type_, side=side, time=minute, **fields)


def a_goal(
    *, minute: int = 23, side: Side = Side.HOME, score: Pair | None = None, type_: int = 1, **fields: Any
) -> Incident:
    """A goal; `score` is the running score after it."""
    if score is not None:
        fields |= {"home_score": score[0], "away_score": score[1]}
    return an_incident(type_, minute=minute, side=side, **fields)


def a_marker(type_: int, *, minute: int) -> Incident:
    """The end of a half (11), of 90 minutes (12), of the shoot-out (27)."""
    return an_incident(type_, minute=minute, side=Side.NEUTRAL)
