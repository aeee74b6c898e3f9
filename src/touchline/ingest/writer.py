"""The one writer of match state: claims go in, answers come out, and what changed is committed.

A batch is one use case and one transaction: rows locked in the order of their ids, each claim decided
alone (several about one match in their order), rows saved under the version they were read with, every
visible claim its own change row, one wake-up. Matches that somebody else holds or has written since
are left out and only they are decided again, at most so many times within the lock time-out.

    claims ─▶ lock ─▶ decide one by one ─▶ save ─▶ append changes ─▶ commit ─▶ answers, log, metrics
                ▲                             │
                └── held or lost: again ──────┘
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct

from touchline.clock import Clock, now_ms
from touchline.errors import StaleWrite
from touchline.football import completeness, half_statistics
from touchline.football.completeness import Lists
from touchline.football.decide import create, decide, needs_incidents
from touchline.football.model import Answer, Decision, Group, Happening, Match, Observation, Reason
from touchline.football.order import is_live
from touchline.football.score import display
from touchline.football.text import of_match
from touchline.ids import MatchId, is_external_id
from touchline.ingest.news import News
from touchline.metrics import Metrics
from touchline.settings.parts import Orchestrator
from touchline.store import changes, matches
from touchline.store import completeness as store_completeness
from touchline.store.changes import NewChange
from touchline.store.completeness import Look
from touchline.store.db import Database, Tx
from touchline.store.matches import Save

ID_FAILURES = frozenset({Reason.INVALID_MATCH_ID, Reason.UNKNOWN_MATCH})


class Outcome(Struct, frozen=True):
    """What became of one claim. `decision` is None where there was no row to decide about."""

    observation: Observation
    answer: Answer
    reason: Reason
    decision: Decision | None = None


class _Draft:
    """The matches of one transaction while its claims are folded into them."""

    def __init__(self, stored: Mapping[MatchId, Match], made: Iterable[MatchId], at_ms: int) -> None:
        self._stored = stored
        self._made = frozenset(made)
        self._at_ms = at_ms
        self._now = dict(stored)
        self.decided: dict[MatchId, list[Outcome]] = {match_id: [] for match_id in stored}

    def fold(self, seen: Observation) -> None:
        """Decide `seen` on the match as the claims before it left it."""
        decision = decide(self._now[seen.match_id], seen, self._at_ms)
        self._now[seen.match_id] = decision.match
        self.decided[seen.match_id].append(Outcome(seen, decision.answer, decision.reason, decision))

    def saves(self) -> list[Save]:
        """The matches that differ from what is stored."""
        return [self._save(match) for match in self._now.values() if match is not self._stored[match.id]]

    def untouched(self) -> list[MatchId]:
        """The matches that a source named without changing anything."""
        return [match.id for match in self._now.values() if match is self._stored[match.id]]

    def seen_live(self, match_id: MatchId) -> bool:
        """Whether a live source named the match."""
        return any(is_live(outcome.observation.source) for outcome in self.decided[match_id])

    def news(self, lost: set[MatchId]) -> list[NewChange]:
        """A change for each claim that a reader can see the effect of, match by match."""
        return [
            _change(outcome.decision.match, self._at_ms, outcome.decision.happened)
            for match_id, outcomes in self.decided.items()
            if match_id not in lost
            for outcome in outcomes
            if outcome.decision is not None and outcome.decision.applied
        ]

    def _save(self, match: Match) -> Save:
        stored = self._stored[match.id]
        decisions = [outcome.decision for outcome in self.decided[match.id] if outcome.decision is not None]
        applied = frozenset(group for decision in decisions for group in decision.applied)
        return Save(
            match=match,
            applied=applied | ({Group.SCHEDULE} if match.id in self._made else frozenset()),
            visible=bool(applied),
            seen_live=self.seen_live(match.id),
            halves=half_statistics.differ(stored, match),
            completeness=match.completeness != stored.completeness,
            lists=_lists(stored, match),
            incidents=tuple(
                {each.ordinal: each for decision in decisions for each in decision.incidents}.values()
            ),
            revisions=tuple(each for decision in decisions for each in decision.revisions),
            pauses=tuple(pause for pause in match.pauses if pause not in stored.pauses),
        )


class Writer:
    """Decides claims and commits what they change."""

    def __init__(self, db: Database, clock: Clock, metrics: Metrics, settings: Orchestrator) -> None:
        self._db = db
        self._clock = clock
        self._metrics = metrics
        self._settings = settings
        self._news = News()

    async def write(self, batch: Sequence[Observation]) -> list[Outcome]:
        """One outcome for each claim, in the order of `batch`.

        An id that can't be one is an answer, never an error. Raises StoreUnavailable when the database
        does not answer; the whole batch may then be written again, whatever of it was committed says
        nothing new the second time.
        """
        answers: dict[int, Outcome] = {}
        left: dict[int, Observation] = {}
        for place, seen in enumerate(batch):
            if is_external_id(seen.match_id):
                left[place] = seen
            else:
                answers[place] = Outcome(seen, Answer.INVALID, Reason.INVALID_MATCH_ID)
        contended = await self._until_answered(left, answers)
        outcomes = [answers[place] for place in range(len(batch))]
        self._count(outcomes, contended)
        return outcomes

    async def look_again(self, match_ids: Collection[MatchId]) -> list[Match]:
        """Verify these matches once more, the provider having been asked for what they lack; as they are then.

        Of each only the halves and what of them is verified are written. Who is held by somebody else is
        left out: the next look finds it. Raises StoreUnavailable.
        """
        if not match_ids:
            return []
        async with self._db.transaction(now_ms(self._clock)) as tx, tx.pipeline():
            stored = await matches.lock(tx, match_ids, matches.Hanging(incidents=match_ids), skip_locked=True)
            now = {match.id: completeness.looked_again(match, tx.now) for match in stored.values()}
            looks = [_look(stored[id_], match) for id_, match in now.items() if match is not stored[id_]]
            written = await store_completeness.save(tx, looks) if looks else set()
            seen = [each.match for each in looks if each.visible and each.match.id in written]
            if seen:
                await changes.append(tx, [_change(match, tx.now_ms) for match in seen])
        return [match for id_, match in now.items() if match is stored[id_] or id_ in written]

    async def _until_answered(self, left: Mapping[int, Observation], answers: dict[int, Outcome]) -> int:
        """Answer all that is `left`; how many claims found their match held or written by somebody else.

        The first round leaves out what is held, so that one held row never delays the others.
        """
        deadline = self._clock.monotonic() + self._settings.lock_timeout_ms / 1000
        contended = 0
        for round_ in range(self._settings.max_retries + 1):
            if not left:
                return contended
            wait_ms = int((deadline - self._clock.monotonic()) * 1000)
            if round_ and wait_ms <= 0:
                break
            try:
                answered = await self._once(left, wait_ms, skip_locked=round_ == 0)
            except StaleWrite:
                answered = {}
            answers.update(answered)
            left = {place: seen for place, seen in left.items() if place not in answered}
            contended = contended or len(left)
        for place, seen in left.items():
            answers[place] = Outcome(seen, Answer.LOCKED, Reason.CONTENDED)
        return contended

    async def _once(
        self, claims: Mapping[int, Observation], wait_ms: int, *, skip_locked: bool
    ) -> dict[int, Outcome]:
        """Decide and commit `claims` in one transaction; the outcomes of those whose match was ours."""
        async with self._db.transaction(now_ms(self._clock)) as tx, tx.pipeline():
            stored = await _lock(tx, claims.values(), wait_ms, skip_locked=skip_locked)
            absent = {seen.match_id for seen in claims.values()} - stored.keys()
            made = await _create(tx, [seen for seen in claims.values() if seen.match_id in absent])
            if made:
                stored |= await _lock(tx, [seen for seen in claims.values() if seen.match_id in made], wait_ms)
            unknown = absent - stored.keys()
            if unknown:  # held or just made by somebody else is not unknown: it is decided next round
                unknown -= await matches.known(tx, unknown)
            draft = _Draft(stored, made, tx.now_ms)
            for seen in claims.values():
                if seen.match_id in stored:
                    draft.fold(seen)
            lost = await _commit(tx, draft)
        self._news.tell(outcome for id_, those in draft.decided.items() if id_ not in lost for outcome in those)
        return _placed(claims, draft, unknown, lost)

    def _count(self, outcomes: Sequence[Outcome], contended: int) -> None:
        if not outcomes:
            return
        counted = Counter((each.answer, each.reason, each.observation.source) for each in outcomes)
        for (answer, reason, source), times in counted.items():
            self._metrics.updates.labels(status=answer, reason=reason, source=source).inc(times)
        invalid = sum(each.reason in ID_FAILURES for each in outcomes)
        self._metrics.lock_contention.set(contended / len(outcomes))
        self._metrics.invalid_ids.set(invalid / len(outcomes))


def _change(match: Match, at_ms: int, happened: tuple[Happening, ...] = ()) -> NewChange:
    """What a reader can see of `match` now; it is written under the next version."""
    return NewChange(
        match_id=match.id,
        kind="match",
        status=match.status,
        minute=match.minute,
        minute_text=of_match(match),
        score=display(match),
        happened=happened,
        lock_version=match.version + 1,
        at_ms=at_ms,
    )


def _look(stored: Match, match: Match) -> Look:
    """What looking again left of `stored`. A reader sees what is verified, not how often it was asked for."""
    differs = completeness.verified(stored) != completeness.verified(match)
    visible = differs or half_statistics.differ(stored, match)
    return Look(match=match, lists=completeness.lists(match), visible=visible)


def _lists(stored: Match, match: Match) -> Lists:
    """The incidents of the halves that are over, where a whistle or an edit may have changed them."""
    stands = match.incidents is stored.incidents and match.status is stored.status
    return matches.NO_LISTS if stands else completeness.lists(match)


async def _lock(
    tx: Tx, claims: Iterable[Observation], wait_ms: int, *, skip_locked: bool = False
) -> dict[MatchId, Match]:
    """The matches `claims` are about, with what deciding these claims needs."""
    claims = list(claims)
    return await matches.lock(
        tx,
        {seen.match_id for seen in claims},
        matches.Hanging(
            incidents={seen.match_id for seen in claims if needs_incidents(seen)},
            commentary={seen.match_id for seen in claims if seen.says.tlive is not None},
            lineup={seen.match_id for seen in claims if seen.says.lineup is not None},
            trend={seen.match_id for seen in claims if seen.says.trend is not None},
        ),
        wait_ms=wait_ms,
        skip_locked=skip_locked,
    )


async def _create(tx: Tx, claims: Sequence[Observation]) -> set[MatchId]:
    """Make the rows of those `claims` whose source may; the ids that have one now."""
    new: dict[MatchId, Match] = {}
    for seen in claims:
        if seen.match_id not in new and (match := create(seen, tx.now_ms)) is not None:
            new[seen.match_id] = match
    return await matches.create(tx, new.values()) if new else set()


async def _commit(tx: Tx, draft: _Draft) -> set[MatchId]:
    """Write the draft and its changes; the matches that were lost to somebody else."""
    saves, untouched = draft.saves(), draft.untouched()
    if untouched:
        await matches.touch(tx, untouched, live=[each for each in untouched if draft.seen_live(each)])
    lost = await matches.save(tx, saves) if saves else set()
    if news := draft.news(lost):
        await changes.append(tx, news)
    return lost


def _placed(
    claims: Mapping[int, Observation], draft: _Draft, unknown: set[MatchId], lost: set[MatchId]
) -> dict[int, Outcome]:
    """The outcomes by the place of their claim; those of lost matches are missing."""
    decided = {match_id: iter(outcomes) for match_id, outcomes in draft.decided.items() if match_id not in lost}
    placed: dict[int, Outcome] = {}
    for place, seen in claims.items():
        if seen.match_id in decided:
            placed[place] = next(decided[seen.match_id])
        elif seen.match_id in unknown:
            placed[place] = Outcome(seen, Answer.INVALID, Reason.UNKNOWN_MATCH)
    return placed
