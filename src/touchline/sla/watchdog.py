"""The SLA watchdog: which matches are silent, who has been told, and what the provider said when asked.

It writes episodes, questions and change rows, never a match: what the provider answers reaches a match
through the one writer alone. A turn is one transaction that holds the watch, so any number of watchdogs
say everything once; what is said is said after the commit.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from msgspec import Struct

from touchline.clock import Clock, now_ms
from touchline.football.staleness import THRESHOLDS_S, StaleReason, age_s
from touchline.ids import MatchId
from touchline.metrics import Metrics
from touchline.settings.parts import Sla
from touchline.sla.ladder import Barrier, Skip, Step, step
from touchline.store import changes, episodes, requests, watch
from touchline.store.db import Database, Tx
from touchline.store.episodes import Watched
from touchline.store.requests import Asked, Cause, Outcome
from touchline.store.watch import Held

PACE_S, FLOOR_S = 30.0, 1.0
"""Football seconds between two looks, and the floor in real seconds."""
AWAKE_TURNS = 2
"""Readers rely on the watch for so many turns after its last."""
AWAKE_MARGIN_S = 5.0
COOLDOWN_FLOOR_S = 5.0
"""Real seconds a cool-down lasts at least, however fast the clock."""
ANSWER_MAX_S = 120.0
"""Real seconds after which a question that nobody took counts as failed."""
PROVIDER = "thesports-http"
"""The channel whose state says whether the provider can be asked."""
PROVIDER_FRESH_S, PROVIDER_STEADY_S = 30.0, 5.0
KEPT_S = 7 * 86_400.0
"""Real seconds questions are kept; swept an hour apart."""
SWEEP_S = 3_600.0
SWEEP_MAX = 5_000

Pair = tuple[Watched, Step]


class Look(Struct):
    """What one turn found and did; to be said once it is committed."""

    now: float
    pairs: list[Pair]
    news: list[tuple[MatchId, Asked]]
    asked: frozenset[MatchId]
    before: Held
    barrier: Barrier | None
    whole: bool
    """Whether nobody is left for the next turn."""


class Watchdog:
    """The loop `sla_watchdog`."""

    name = "sla_watchdog"
    interval = "30 s"

    def __init__(self, db: Database, clock: Clock, metrics: Metrics, settings: Sla) -> None:
        self.wake = asyncio.Event()
        self.batch_size = settings.batch_size
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._settings = settings
        self._log = structlog.get_logger().bind(worker=self.name)
        self._passed = 0
        self._stale: Counter[StaleReason] = Counter()
        self._skips: dict[MatchId, Skip] = {}
        self._sweep_due = float("-inf")

    async def turn(self) -> timedelta:
        """Look at a batch of silent matches; the next batch follows at once."""
        began = self._clock.monotonic()
        async with asyncio.timeout(self._settings.timeout_ms / 1000):
            look = await self._look()
            if began >= self._sweep_due:
                await self._sweep()
        self._say(look, round((self._clock.monotonic() - began) * 1000))
        self._count(look)
        return timedelta(seconds=self._pace_s() if look.whole else FLOOR_S)

    def _pace_s(self) -> float:
        return max(FLOOR_S, PACE_S / self._clock.speed)

    # ------------------------------------------------------------ one look

    async def _look(self) -> Look:
        now = self._clock.now()
        cooldown_s = round(max(self._settings.cooldown_s, COOLDOWN_FLOOR_S * self._clock.speed))
        async with self._db.transaction(now_ms(self._clock)) as tx:
            before = await watch.hold(tx, "sla")
            await requests.give_up(tx, ANSWER_MAX_S)
            barrier = await self._barrier(tx, cooldown_s)
            seen = await episodes.watched(tx, self._passed, self.batch_size)
            news = await requests.news(tx, Cause.STALE)
            done = dict(news)
            pairs = [(one, step(one, now, cooldown_s, barrier, done.get(one.match_id))) for one in seen]
            wanted = [one.match_id for one, what in pairs if what.ask]
            asked = await requests.ask(tx, Cause.STALE, wanted, cooldown_s) if wanted else []
            look = Look(now, pairs, news, frozenset(asked), before, barrier, len(seen) < self.batch_size)
            await self._write(tx, look)
        return look

    async def _barrier(self, tx: Tx, cooldown_s: int) -> Barrier | None:
        found = await watch.barrier(
            tx, PROVIDER, cooldown_s, fresh_s=PROVIDER_FRESH_S, steady_s=PROVIDER_STEADY_S
        )
        return None if found is None else Barrier(found)

    async def _write(self, tx: Tx, look: Look) -> None:
        """Keep what was found. The change rows come last: they make others wait."""
        alarm = _alarm(look)
        if alarm != look.before.alarm:
            await watch.alarm(tx, alarm)
        put = [what.episode for one, what in look.pairs if what.episode and what.episode != one.episode]
        if put:
            await episodes.put(tx, put)
        over = [one.match_id for one, what in look.pairs if what.cleared]
        if over:
            await episodes.close(tx, over)
        if look.whole:
            await watch.told(tx, "sla", tx.now, AWAKE_TURNS * self._pace_s() + AWAKE_MARGIN_S)
        moved = [one.match_id for one, what in look.pairs if what.moved]
        if moved:
            await changes.append_by_time(tx, "sla", moved)

    async def _sweep(self) -> None:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            swept = await requests.sweep(tx, KEPT_S, SWEEP_MAX)
        if swept < SWEEP_MAX:
            self._sweep_due = self._clock.monotonic() + SWEEP_S

    # ------------------------------------------------------------ what is said

    def _say(self, look: Look, duration_ms: int) -> None:
        self._say_alarm(look)
        for match_id, asked in look.news:
            self._log.info(
                "match.stale.reconcile.done",
                match_id=match_id,
                outcome=asked.outcome,
                duration_ms=asked.duration_ms,
                groups=list(asked.groups),
            )
        for seen, what in look.pairs:
            self._say_step(seen, what, look)
        if look.whole and not self._passed:
            silent = {one.match_id for one, what in look.pairs if what.episode}
            self._skips = {match_id: skip for match_id, skip in self._skips.items() if match_id in silent}
        tick = _tick(look)
        say = self._log.info if any(tick.values()) else self._log.debug
        say(
            "freeze.tick.done",
            detected=tick["detected"],
            requested=tick["requested"],
            skipped_cooldown=tick["skipped_cooldown"],
            skipped_circuit_open=tick["skipped_circuit_open"],
            done=tick["done"],
            failed=tick["failed"],
            marked=tick["marked"],
            duration_ms=duration_ms,
        )

    def _say_alarm(self, look: Look) -> None:
        alarm = _alarm(look)
        if alarm == look.before.alarm:
            return
        if alarm:
            silent = sum(what.episode is not None for _, what in look.pairs)
            self._log.error("sla.provider.lost", reason=alarm, matches=silent)
        else:
            duration_s = round(look.now - look.before.alarm_ts)
            self._log.info("sla.provider.back", reason=look.before.alarm, duration_s=duration_s)

    def _say_step(self, seen: Watched, what: Step, look: Look) -> None:
        if what.detected:
            self._say_detected(seen, what, look.now)
        if what.mark is not None:
            self._log.error(
                "match.stale.marked",
                match_id=seen.match_id,
                reason=what.mark,
                last_event_ts=seen.shown.last_event_ts,
                provider_update_time=seen.provider_update_time,
            )
        if seen.match_id in look.asked and what.episode is not None:
            self._skips.pop(seen.match_id, None)
            self._log.info(
                "match.stale.reconcile.requested", match_id=seen.match_id, reason=what.episode.reason
            )
        elif what.skip is not None and self._skips.get(seen.match_id) is not what.skip:
            self._skips[seen.match_id] = what.skip
            left = {"remaining_s": what.remaining_s} if what.skip is Skip.COOLDOWN else {}
            self._log.info("match.stale.reconcile.skipped", match_id=seen.match_id, reason=what.skip, **left)
        if what.cleared and seen.episode is not None:
            duration_s = round(look.now - seen.episode.began_ts)
            self._log.info("match.stale.cleared", match_id=seen.match_id, duration_s=duration_s)

    def _say_detected(self, seen: Watched, what: Step, now: float) -> None:
        if what.episode is None:
            return
        reason = what.episode.reason
        self._log.warning(
            "match.stale.detected",
            match_id=seen.match_id,
            status_id=seen.shown.status.value,
            minute=seen.minute,
            last_event_ts=seen.shown.last_event_ts,
            provider_update_time=seen.provider_update_time,
            reason=reason,
            threshold_s=THRESHOLDS_S[reason],
            age_s=round(age_s(seen.followed, reason, now)),
        )

    def _count(self, look: Look) -> None:
        for _, asked in look.news:
            if asked.outcome is not None:
                self._metrics.reconciled.labels(cause=Cause.STALE, outcome=asked.outcome).inc()
        found = Counter(what.episode.reason for _, what in look.pairs if what.episode)
        self._stale = found if not self._passed else self._stale + found
        # Those whose episode ended are no longer listed: to pass over them would pass over others.
        listed = sum(not what.cleared for _, what in look.pairs)
        self._passed = 0 if look.whole else self._passed + listed
        if look.whole:
            for reason in StaleReason:
                self._metrics.stale_matches.labels(reason=reason).set(self._stale[reason])


def _alarm(look: Look) -> str:
    """Why the provider can't be asked: begins when somebody would have been, ends when it can."""
    if look.barrier is None:
        return ""
    kept_out = any(what.skip == look.barrier.value for _, what in look.pairs)
    return look.barrier.value if kept_out or look.before.alarm else ""


def _tick(look: Look) -> Mapping[str, int]:
    """The figures of one turn."""
    steps: Sequence[Step] = [what for _, what in look.pairs]
    outcomes = Counter(asked.outcome for _, asked in look.news)
    failed = outcomes[Outcome.FAILED] + outcomes[Outcome.EXCEPTION]
    return {
        "detected": sum(what.detected for what in steps),
        "requested": len(look.asked),
        "skipped_cooldown": sum(what.skip is Skip.COOLDOWN for what in steps),
        "skipped_circuit_open": sum(what.skip in {Skip.CIRCUIT_OPEN, Skip.REFUSED} for what in steps),
        "done": len(look.news),
        "failed": failed,
        "marked": sum(what.mark is not None for what in steps),
    }
