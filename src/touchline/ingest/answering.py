"""Answers to what others ask about single matches: the provider's word, or why there is none.

One `detail_live` serves all questions of a turn. Who is not in it is asked for by id, so many a turn; a match
that should be over by its history and its day's diary as well. What the provider says takes the way of
everything else, through the inbox and the one writer: an answer older than what is stored changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta, timezone

import structlog
from msgspec import Struct

from touchline.clock import Clock, now_ms
from touchline.errors import ProviderError, StoreUnavailable
from touchline.football.model import Observation, Source
from touchline.ingest.asking import Asking
from touchline.ingest.channel import Channel
from touchline.ingest.inbox import Inbox
from touchline.provider.port import Reading, Report
from touchline.store import requests
from touchline.store.db import Database
from touchline.store.requests import Answer, Cause, Outcome, Taken

TAKE_MAX = 500
BY_ID_MAX = 10
"""Calls about single matches in one turn; who is left over has the next."""
ITEM_MAX_S = 15.0
"""Real seconds one call may take, its wait for a turn at the provider included."""
TURN_MAX_S = 40.0
"""Real seconds after which no further call is begun."""
TAKEN_S = 90.0
"""Real seconds after which another process takes what this one has in hand."""
DIARY_PAGES_MAX = 5
PROVIDER_ZONE = timezone(timedelta(hours=8))
LIMITED = "LIMITED"
"""The error code of "too many requests": nothing is wrong with the match, it is asked about later."""


class Word(Struct):
    """What the provider has said about one match so far."""

    question: Taken
    claims: list[Observation] = []
    code: str = ""
    """Why a call gave no answer; empty while all did."""
    asked: bool = False
    """Whether everything was asked that answers its question."""


class Answering:
    """Takes open questions and answers them. Any number of processes do so side by side."""

    def __init__(self, asking: Asking, inbox: Inbox, db: Database, clock: Clock, node: str) -> None:
        self._asking = asking
        self._inbox = inbox
        self._db = db
        self._clock = clock
        self._node = node
        self._log = structlog.get_logger().bind(part="answering")
        name = f"answering-{node}"
        self._name = name
        self._live = Channel(Source.DETAIL_LIVE, name)
        self._records = Channel(Source.RECENT_LIST, name)
        self._histories = Channel(Source.LIVE_HISTORY, name)
        self._days = Channel(Source.DIARY, name)

    async def turn(self) -> bool:
        """Answer what is open; whether something is left for the next turn. Raises StoreUnavailable."""
        async with self._db.transaction(now_ms(self._clock)) as tx:
            taken = await requests.take(tx, self._node, TAKE_MAX, TAKEN_S)
        if not taken:
            return False
        began, asked_at_ms = self._clock.monotonic(), now_ms(self._clock)
        words = [Word(question) for question in taken]
        try:
            await self._ask(words)
            await self._inbox.deliver([claim for word in words for claim in word.claims])
        except StoreUnavailable:
            raise
        except Exception:  # one answer that can't be dealt with shall not be asked for again and again
            self._log.exception("match.reconcile.failed", matches=len(words))
            await self._close([Answer(id=one.id, outcome=Outcome.EXCEPTION) for one in taken], [])
            return False
        return await self._settle(words, asked_at_ms, began)

    async def _settle(self, words: Sequence[Word], asked_at_ms: int, began: float) -> bool:
        """Write down what came of each question; whether some were left over."""
        answered = [word for word in words if word.asked and word.code != LIMITED]
        ids = [word.question.match_id for word in answered]
        async with self._db.transaction(now_ms(self._clock)) as tx:
            applied = await requests.applied(tx, ids, [self._name], asked_at_ms)
        duration_ms = round((self._clock.monotonic() - began) * 1000)
        answers = [_answer(word, applied.get(word.question.match_id, []), duration_ms) for word in answered]
        left = [word.question.id for word in words if not word.asked or word.code == LIMITED]
        await self._close(answers, left)
        for word, answer in zip(answered, answers, strict=True):
            if answer.outcome is Outcome.ABSENT:
                self._log.warning(
                    "match.absent", match_id=word.question.match_id, asked=word.question.cause.value
                )
        return bool(left)

    async def _close(self, answers: Sequence[Answer], left: Sequence[int]) -> None:
        async with self._db.transaction(now_ms(self._clock)) as tx:
            if answers:
                await requests.answer(tx, self._node, answers)
            if left:
                await requests.put_back(tx, self._node, left)

    # ------------------------------------------------------------ what is asked

    async def _ask(self, words: Sequence[Word]) -> None:
        until = self._clock.monotonic() + TURN_MAX_S
        await self._ask_live(words)
        calls = BY_ID_MAX
        for word in words:
            if word.asked:
                continue
            needed = 2 if word.question.cause is Cause.STUCK else 1
            if calls < needed or self._clock.monotonic() >= until:
                return
            calls -= needed
            await self._ask_by_id(word)

    async def _ask_live(self, words: Sequence[Word]) -> None:
        """One call for all of them. Who is named has his answer, but for a match that should be over."""
        asked_at_ms = now_ms(self._clock)
        reading = await self._call("match/detail_live", self._asking.pull.detail_live())
        named: dict[str, list[Report]] = {}
        for report in reading.reports if isinstance(reading, Reading) else ():
            named.setdefault(report.match_id, []).append(report)
        for word in words:
            if isinstance(reading, str):
                word.code, word.asked = reading, True
                continue
            word.claims += self._live.hear(named.get(word.question.match_id, ()), asked_at_ms)
            word.asked = bool(word.claims) and word.question.cause is not Cause.STUCK

    async def _ask_by_id(self, word: Word) -> None:
        match_id, pull = word.question.match_id, self._asking.pull
        await self._add(word, "match/recent/list", self._records, pull.recent_by_id(match_id))
        if word.question.cause is Cause.STUCK:
            await self._add(word, "match/live/history", self._histories, pull.live_history(match_id))
            if not word.claims and not word.code:
                await self._ask_diary(word)
        word.asked = True

    async def _ask_diary(self, word: Word) -> None:
        """The match's day, page by page until it is named."""
        day = datetime.fromtimestamp(word.question.match_time, PROVIDER_ZONE).date()
        for page in range(1, DIARY_PAGES_MAX + 1):
            more = await self._add(word, "match/diary", self._days, self._asking.pull.diary(day, page))
            if word.claims or not more:
                return

    async def _add(self, word: Word, endpoint: str, channel: Channel, call: Awaitable[Reading]) -> bool:
        """Take what an answer says of the match, and of no other; whether it said anything at all."""
        asked_at_ms = now_ms(self._clock)
        reading = await self._call(endpoint, call)
        if isinstance(reading, str):
            word.code = reading
            return False
        about = [report for report in reading.reports if report.match_id == word.question.match_id]
        word.claims += channel.hear(about, asked_at_ms)
        return bool(reading.reports)

    async def _call(self, endpoint: str, call: Awaitable[Reading]) -> Reading | str:
        """What `call` answers, or the code of why there is no answer."""
        try:
            async with asyncio.timeout(ITEM_MAX_S):
                return await self._asking.demand(endpoint, call)
        except ProviderError as error:
            return error.code
        except TimeoutError:
            return "TIMEOUT"


def _answer(word: Word, groups: Sequence[str], duration_ms: int) -> Answer:
    if groups:
        outcome = Outcome.APPLIED
    elif word.claims:
        outcome = Outcome.CONFIRMED_UNCHANGED
    elif word.code:
        outcome = Outcome.FAILED
    else:
        outcome = Outcome.ABSENT
    return Answer(
        id=word.question.id, outcome=outcome, groups=groups, reason=word.code, duration_ms=duration_ms
    )
