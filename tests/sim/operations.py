"""What a random program may do to a store: each a use of a store module, made from three small numbers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct
from tests.build import MATCH, MATCH_TIME, T, a_goal, a_match, a_schedule, a_word
from tests.db.test_changes import a_change
from tests.sim.house import OTHER

from touchline.football.completeness import Lists
from touchline.football.lineup import LineupSide
from touchline.football.model import (
    Completeness,
    Gap,
    GoalScored,
    Group,
    KickoffRevision,
    Lineup,
    Part,
    Pause,
    Pending,
    Period,
    Side,
    Source,
    Stat,
    Status,
    StatusChanged,
    StoredIncident,
    Trend,
)
from touchline.football.staleness import StaleReason
from touchline.ids import ChangeSeq, MatchId
from touchline.store import (
    catalogue,
    changes,
    completeness,
    cursors,
    episodes,
    fixtures,
    flags,
    form,
    jobs,
    leases,
    matches,
    minutes,
    pruning,
    raw,
    requests,
    standings,
    views,
    watch,
)
from touchline.store.completeness import Look
from touchline.store.db import Tx
from touchline.store.episodes import Episode
from touchline.store.jobs import Begin, End, Planner, Slot, Ticket
from touchline.store.matches import Hanging, Save
from touchline.store.minutes import Minute
from touchline.store.requests import Answer, Cause, Outcome

Operation = Callable[[Tx, int, int, int], Awaitable[Any]]
IDS = (MATCH, OTHER, MatchId("cccccccccccccc3"))
STATUSES = (Status.NOT_STARTED, Status.FIRST_HALF, Status.HALF_TIME, Status.SECOND_HALF, Status.ENDED)
CAUSES = tuple(Cause)
NAMES: tuple[watch.Name, ...] = ("sla", "window")
GROUPS = (Group.STATUS, Group.GOALS, Group.SCHEDULE, Group.TLIVE, Group.STATS, Group.LINEUP, Group.TREND)
NOW_S = T // 1000


class Thing(Struct):
    """A named thing."""

    id: str
    name: str
    merged_into: str = ""
    updated_at: int = 1
    kind: str = "team"
    short_name: str = ""
    logo: str = ""
    country_id: str = ""
    parent_id: str = ""
    extra: dict[str, str | int] = {}


class Unread(Struct):
    """A payload that could not be read."""

    kind: str
    reason: str
    payload: bytes
    match_id: str = ""


def _ids(number: int) -> list[MatchId]:
    return [id_ for place, id_ in enumerate(IDS) if (number + 1) >> place & 1]


def _id(number: int) -> MatchId:
    return IDS[number % len(IDS)]


def a_saved(a: int, b: int, c: int) -> Save:
    """A match as it may be; `b` is near the version it has."""
    groups = frozenset(group for place, group in enumerate(GROUPS) if (a * 7 + b * 3 + c) >> place & 1)
    words = {group: a_word(at_ms=T - 200_000 * c + a, provider_time=NOW_S) for group in groups}
    parts = Completeness(first_half=bool(a % 2), second_half=False, full_time=False)
    if c % 2:
        parts = msgspec.structs.replace(parts, reason={Part.FULL_TIME: Gap.UNCHECKED}, attempts=a)
    match = a_match(
        id=_id(a),
        version=b,
        score=(a % 3, c % 3),
        status=STATUSES[(a + c) % len(STATUSES)],
        phase_entered_ts=NOW_S - 600 * c - 60 * a,
        schedule=a_schedule(
            match_time=MATCH_TIME + 900 * (a - 2), coverage={"lineup": c % 2}, season_id=f"season{b % 2}"
        ),
        first_half_kickoff_ts=MATCH_TIME + 60 * (b % 2) if a % 3 else None,
        provider_update_time=NOW_S - 300 + 60 * c,
        last_event_ts=NOW_S - 200 * c if c % 3 else None,
        extra_time=(a, b) if c == 3 else None,
        provenance=words,
        pending=Pending(history_asked=bool(b % 2)),
        completeness=parts,
        statistics=(Stat(type=a, home=b, away=c),) if c % 2 else (),
        lineup=Lineup(confirmed=bool(c % 2), home=LineupSide(), away=LineupSide()) if a % 2 else None,
        trend=Trend(per=45, halves=((a, -b),)) if c % 2 else None,
    )
    return Save(
        match=match,
        applied=groups,
        visible=bool((a + b + c) % 3),
        seen_live=bool(b % 2),
        incidents=tuple(
            StoredIncident(
                ordinal=place + 1,
                position=place,
                revision=b,
                withdrawn_ts=NOW_S if c == 2 else None,
                first_seen_ts=MATCH_TIME,
                what=a_goal(minute=10 + place),
            )
            for place in range(c % 3)
        ),
        revisions=(_revision(b),) if a == 2 else (),
        pauses=(Pause(MATCH_TIME + 60 * a, MATCH_TIME + 600 if c % 2 else None),) if b == 1 else (),
    )


def _revision(seq: int) -> KickoffRevision:
    return KickoffRevision(
        period=Period.FIRST_HALF,
        seq=seq + 1,
        kickoff_ts=MATCH_TIME,
        delta_s=60,
        source=Source.MQTT,
        observed_at_ms=T - 1000,
        followed=True,
        reason="et_second_period" if seq % 2 else "revision",
    )


def _news(a: int, b: int, c: int) -> changes.NewChange:
    goal = GoalScored(side=Side.HOME, score=(1, 0), minute_text="12'", incident=4)
    status = StatusChanged(before=Status.NOT_STARTED, after=Status.FIRST_HALF)
    happened = {0: (), 1: (goal,), 2: (status,)}[b % 3]
    kind = ("match", "minute", "sla", "window")[c % 4]
    return a_change(_id(a), kind=kind, happened=happened, at_ms=T - 1000 * c, minute=b or None)


def _begin(a: int, b: int, c: int) -> Begin:
    return Begin(
        ticket=Ticket(job_name=f"job{a % 2}", scheduled_for=60 * b, by_hand="me" if c == 3 else ""),
        lock=f"lock{c % 2}",
        node="node",
        schedule="* * * * *",
        effective_schedule="manual" if c == 3 else "* * * * *",
    )


def _look(a: int, b: int, c: int) -> Look:
    return Look(
        match=a_saved(a, b, c).match, lists=Lists(first=(a_goal(),) if c % 2 else None), visible=bool(c)
    )


def _table(a: int, b: int, c: int) -> standings.StoredTable:
    return standings.StoredTable(
        season_id=f"season{a % 2}",
        table_id="t",
        stage_id="",
        conference="",
        group_num=b,
        teams=[{"points": c}],
        promotions=[],
        provider_ts=c,
    )


def _slots(a: int, b: int, c: int) -> list[Slot]:
    fate: jobs.Fate = "handed_over" if c % 2 else "skipped"
    return [Slot(job_name=f"job{a % 2}", scheduled_for=60 * n, fate=fate) for n in range(b, b + 2)]


def _steady(tx: Tx) -> Awaitable[int]:
    return tx.execute(views.STEADY)


OPERATIONS: Mapping[str, Operation] = {
    "steady": lambda tx, _a, _b, _c: _steady(tx),
    "lock": lambda tx, a, b, _c: matches.lock(
        tx, _ids(a), Hanging(incidents=IDS, commentary=IDS, lineup=IDS, trend=IDS), skip_locked=b == 3
    ),
    "known": lambda tx, a, _b, _c: matches.known(tx, _ids(a)),
    "create": lambda tx, a, _b, _c: matches.create(tx, [a_match(id=id_) for id_ in _ids(a)]),
    "save": lambda tx, a, b, c: matches.save(tx, [a_saved(a, b, c)]),
    "touch": lambda tx, a, b, _c: matches.touch(tx, _ids(a), live=_ids(b)),
    "append": lambda tx, a, b, c: changes.append(tx, [_news(a, b, c)] * (1 + b % 2)),
    "append by time": lambda tx, a, b, _c: changes.append_by_time(tx, NAMES[b % 2], _ids(a)),
    "after": lambda tx, a, b, _c: changes.after(tx, ChangeSeq(a * 2), b + 1),
    "changes": lambda tx, a, b, c: changes.some(tx, [a, b, c]),
    "floor": lambda tx, _a, _b, _c: changes.floor(tx),
    "head": lambda tx, _a, _b, _c: changes.head(tx),
    "page": lambda tx, a, b, _c: minutes.page(tx, "" if a else MATCH, b + 1),
    "running": lambda tx, a, _b, _c: minutes.some(tx, _ids(a)),
    "tick": lambda tx, a, b, c: minutes.tick(
        tx, [Minute(id_, b, c + 1, NOW_S - 60 + 120 * (a % 2)) for id_ in _ids(a)]
    ),
    "cursor": lambda tx, a, _b, _c: cursors.read(tx, f"cursor{a % 2}"),
    "move cursor": lambda tx, a, b, _c: cursors.write(tx, f"cursor{a % 2}", b),
    "take lease": lambda tx, a, b, _c: leases.take(tx, f"lease{a % 2}", f"holder{b % 2}", 30),
    "release": lambda tx, a, _b, _c: leases.release(tx, f"holder{a % 2}"),
    "names": lambda tx, a, b, c: catalogue.upsert(
        tx,
        [
            Thing(f"thing{a}", f"name{b}" if b else "", updated_at=c),
            Thing(f"thing{b}", "", f"thing{c}" if c != b else "", extra={"n": a}),
        ],
    ),
    "keep unread": lambda tx, a, b, _c: raw.keep(
        tx, [Unread("push", "shape", b"x" * n) for n in (a, b)], rows_max=3, bytes_max=9
    ),
    "count": lambda tx, a, _b, _c: fixtures.count(tx, MATCH_TIME - 900 * a, MATCH_TIME + 900 * a),
    "unsettled": lambda tx, a, _b, _c: fixtures.unsettled(tx, a),
    "unnamed": lambda tx, a, _b, _c: fixtures.unnamed(tx, a),
    "in play": lambda tx, _a, _b, _c: fixtures.anything_in_play(tx),
    "want lineup": lambda tx, a, _b, _c: fixtures.want_lineup(tx, 900 * a),
    "want last word": lambda tx, a, b, _c: fixtures.want_last_word(tx, a, 3_600 * b),
    "followed": lambda tx, a, _b, _c: fixtures.followed(tx, _ids(a)),
    "sides": lambda tx, a, _b, _c: fixtures.sides(tx, _ids(a)),
    "newest": lambda tx, _a, _b, _c: jobs.newest(tx, ["job0", "job1"]),
    "plan": lambda tx, a, b, c: jobs.plan(tx, _slots(a, b, c)),
    "undecide": lambda tx, a, b, _c: jobs.undecide(tx, 60 * a, b + 1),
    "pending": lambda tx, a, _b, _c: jobs.pending(tx, 60 * a),
    "supersede": lambda tx, a, b, c: jobs.supersede(tx, _begin(a, b, c).ticket),
    "begin": lambda tx, a, b, c: jobs.begin(tx, _begin(a, b, c)),
    "in the way": lambda tx, a, b, c: jobs.in_the_way(tx, _begin(a, b, c)),
    "skip": lambda tx, a, b, c: jobs.skip(tx, _begin(a, b, c), "skipped_lock"),
    "beat": lambda tx, a, b, c: jobs.beat(tx, _begin(a, b, c).ticket.run_id),
    "end": lambda tx, a, b, c: jobs.end(
        tx, _begin(a, b, c).ticket.run_id, End(status="success", duration_ms=a)
    ),
    "lose": lambda tx, _a, _b, c: jobs.lose(tx, f"lock{c % 2}"),
    "lose any": lambda tx, a, _b, _c: jobs.lose_any(tx, a),
    "forget jobs": lambda tx, a, b, _c: jobs.forget(tx, 60 * a, b + 1),
    "obey": lambda tx, a, b, _c: jobs.obey(tx, Planner(node=f"node{a % 2}", stagger=True, stagger_version=b)),
    "leave": lambda tx, a, _b, _c: jobs.leave(tx, f"node{a % 2}"),
    "planners": lambda tx, _a, _b, _c: jobs.planners(tx),
    "flag": lambda tx, a, _b, _c: flags.read(tx, f"flag{a % 2}"),
    "switch": lambda tx, a, b, _c: flags.switch(tx, f"flag{a % 2}", bool(b % 2), "me"),
    "ask": lambda tx, a, b, c: requests.ask(tx, CAUSES[b % 3], _ids(a), 60 * c),
    "take": lambda tx, a, b, _c: requests.take(tx, f"taker{a % 2}", b + 1, 30),
    "put back": lambda tx, a, b, c: requests.put_back(tx, f"taker{a % 2}", [b, c]),
    "answer": lambda tx, a, b, c: requests.answer(
        tx, f"taker{a % 2}", [Answer(id=b, outcome=tuple(Outcome)[c], groups=["goals"], reason="x" * (c % 2))]
    ),
    "give up": lambda tx, a, _b, _c: requests.give_up(tx, 20 * a),
    "applied": lambda tx, a, b, _c: requests.applied(tx, _ids(a), ["mqtt-1"], T - 200_000 * b),
    "news": lambda tx, a, _b, _c: requests.news(tx, CAUSES[a % 3]),
    "unanswered": lambda tx, a, b, _c: requests.unanswered(tx, CAUSES[b % 3], _ids(a)),
    "sweep": lambda tx, a, b, _c: requests.sweep(tx, 20 * a, b + 1),
    "hold watch": lambda tx, a, _b, _c: watch.hold(tx, NAMES[a % 2]),
    "told": lambda tx, a, b, _c: watch.told(tx, NAMES[a % 2], NOW_S - 60 * b, 30),
    "alarm": lambda tx, a, _b, _c: watch.alarm(tx, "x" * (a % 2)),
    "barrier": lambda tx, a, b, _c: watch.barrier(
        tx, f"channel-{a % 2}", 60 * b, fresh_s=40, steady_s=20 if b % 2 else 0
    ),
    "awake": lambda tx, _a, _b, _c: watch.awake(tx),
    "crossed": lambda tx, a, b, _c: watch.crossed(tx, NOW_S - 900 * a, 900 * b, 2),
    "next crossing": lambda tx, a, _b, _c: watch.next_crossing(tx, 900 * a),
    "put episodes": lambda tx, a, b, c: episodes.put(
        tx,
        [
            Episode(
                match_id=_id(a),
                reason=tuple(StaleReason)[b],
                shown=tuple(StaleReason)[c] if c % 2 else None,
                marked="x" * c,
            )
        ],
    ),
    "close": lambda tx, a, _b, _c: episodes.close(tx, _ids(a)),
    "watched": lambda tx, a, b, _c: episodes.watched(tx, a % 2, b + 1),
    "overlooked": lambda tx, a, b, _c: episodes.overlooked(tx, 300 * a, b + 1),
    "stuck": lambda tx, a, b, _c: episodes.stuck(tx, 1_800 * a, 400 * b, 2),
    "newly unanswered": lambda tx, a, b, c: episodes.newly_unanswered(tx, [a, b], ["x"] * (c % 2)),
    "incomplete": lambda tx, a, _b, _c: completeness.due(tx, a + 1),
    "look": lambda tx, a, b, c: completeness.save(tx, [_look(a, b, c)]),
    "prune": lambda tx, a, b, _c: pruning.changes(tx, T - 1000 * a, b + 1),
    "prune unread": lambda tx, a, b, _c: pruning.payloads(tx, NOW_S + a, b),
    "tables": lambda tx, a, b, c: standings.save(tx, [_table(a, b, c)]),
    "table": lambda tx, a, _b, _c: standings.of_season(tx, f"season{a % 2}"),
    "played": lambda tx, _a, _b, _c: standings.played(tx, ["season0", "season1"]),
    "want table": lambda tx, a, _b, _c: standings.want(tx, [f"season{a % 2}"]),
    "wanted": lambda tx, a, _b, _c: standings.wanted(tx, a + 1),
    "got": lambda tx, a, b, _c: standings.got(tx, f"season{a % 2}", NOW_S - b + 1),
    "want form": lambda tx, a, b, _c: form.want(tx, 3_600, 60 * a, b + 1),
    "analysis": lambda tx, a, b, _c: form.save_analysis(tx, _id(a), {"n": b} if b % 2 else None),
    "tallies": lambda tx, a, b, c: form.save_tallies(tx, [(_id(a), {"won": b, "updated_at": c})]),
    "form": lambda tx, a, _b, _c: form.of_match(tx, _id(a)),
    "board": lambda tx, a, b, _c: views.board(tx, NOW_S - 3_600 * a, NOW_S + 60, b + 1),
    "some": lambda tx, a, _b, _c: views.some(tx, _ids(a)),
    "place": lambda tx, _a, _b, _c: views.head(tx),
    "channel": lambda tx, a, b, _c: views.say_provider(
        tx, f"channel-{a % 2}", ("ok", "down", "refused", "limited", "unknown")[b], ""
    ),
}
CHANGING = frozenset(
    (
        "save", "create", "touch", "append", "tick", "move cursor", "take lease", "names", "plan", "begin",
        "ask", "take", "answer", "put episodes", "look", "lock", "channel",
    )
)  # fmt: skip
"""What programs consist of more often than of the others."""
