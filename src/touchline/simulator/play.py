"""An invented match: goals, cards, reviews and whistles at believable rates."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import exp
from random import Random

from touchline.simulator import frame, periods, shootout, wire
from touchline.simulator.course import GOALS, Course, Fixture, Happening, Player, Span, What
from touchline.simulator.lineup import Lineup
from touchline.simulator.squad import squad
from touchline.simulator.wire import AWAY, HOME, goal_minute

HOME_GOALS, AWAY_GOALS = 1.5, 1.2
PENALTIES, OWN_GOALS = 0.09, 0.035
YELLOWS, CORNERS = 1.8, 4.8
"""A side and match."""
THIN = 0.25
COMMENTED = 0.35
VAGUE = 0.5
"""Share of goals and cards whose names follow later."""
CUP_OVERTIME_S = 90 * 60


def play(fixture: Fixture, *, two_stamps: bool) -> Course:
    """The course of `fixture`; the same fixture always goes the same way."""
    return _Play(fixture, two_stamps).course()


class _Play:
    def __init__(self, fixture: Fixture, two_stamps: bool) -> None:
        self._fixture = fixture
        self._two_stamps = two_stamps
        self._rng = Random("play" + fixture.id)  # noqa: S311 - a play, not a secret
        self._happenings: list[Happening] = []
        self._keys = 0
        self._planned: list[tuple[int, int, Callable[[int], None]]] = []
        self._plans = 0
        self._squads = {side: self._squad(side) for side in (HOME, AWAY)}
        self._lineups = {side: Lineup(squad, self._rng) for side, squad in self._squads.items()}

    def course(self) -> Course:
        rng = self._rng
        fate = rng.random()
        if fate < 0.01:
            return self._not_played(cancelled=fate < 0.005)
        delay = self._late_start() if rng.random() < 0.03 else periods.kick_off_delay(rng)
        moved = self._moved() if rng.random() < 0.01 else 0
        kick_off = self._fixture.scheduled + moved + delay
        lengths = [periods.length(number, rng) for number in (0, 1)]
        spans = periods.placed(kick_off, lengths, rng.randint(*periods.HALF_TIME_S))
        self._thin = rng.random() < THIN
        for number, span in enumerate(spans):
            self._fill(number, span)
        if self._fixture.cup and self._level():
            spans = self._extra_time(spans)
        return self._finish(spans)

    def _finish(self, spans: Sequence[Span]) -> Course:
        rng = self._rng
        kicks_start = None
        ended = spans[-1].end
        score: tuple[int, int] | None = None
        if self._fixture.cup and self._level():
            kicks_start = ended + periods.BEFORE_KICKS_S
            ended, score = self._kicks(kicks_start, shootout.play(rng), 120)
        regular = self._goals(spans[1].end)
        after = self._goals(ended) if len(spans) > 2 else None
        wrong_by = [rng.choice((0, 0, 0, 0, 0, 0, 0, 0, 0, off)) for off in (48, 61)]
        said = frame.note(regular, after, score)
        self._happenings += frame.kick_offs(spans, two_stamps=self._two_stamps, wrong_by=wrong_by)
        self._happenings += frame.whistles(spans, kicks_follow=kicks_start is not None)
        self._happenings += frame.final_whistle(spans, ended, said, with_kicks=kicks_start is not None)
        return Course(
            fixture=self._fixture,
            spans=tuple(spans),
            kicks_start=kicks_start,
            ended=ended,
            happenings=tuple(sorted(self._happenings, key=_order)),
            squads=tuple(self._squads.values()),
            thin=self._thin,
            commented=not self._thin and rng.random() < COMMENTED,
        )

    def _extra_time(self, spans: Sequence[Span]) -> list[Span]:
        lengths = [span.end - span.start for span in spans]
        break_s = spans[1].start - spans[0].end
        longer = periods.placed(
            spans[0].start, [*lengths, *(periods.length(n, self._rng) for n in (2, 3))], break_s
        )
        for number in (2, 3):
            self._fill(number, longer[number])
        return longer

    def _kicks(self, start: int, kicks: shootout.Kicks, minute: int) -> tuple[int, tuple[int, int]]:
        at, timed = start, []
        for side, into in kicks:
            at += self._rng.randint(*periods.BETWEEN_KICKS_S)
            timed.append((at, side, into))
        self._happenings += frame.shoot_out(start, timed, minute)
        home, away = (sum(into for one, into in kicks if one == side) for side in (HOME, AWAY))
        return at + 20, (home, away)

    def _not_played(self, *, cancelled: bool) -> Course:
        scheduled = self._fixture.scheduled
        status = wire.CANCELLED if cancelled else wire.TO_BE_DETERMINED
        at = scheduled - self._rng.randint(600, 3_000) if cancelled else scheduled + 900
        self._happenings.append(Happening(at=at, what=What.STATUS, status=status))
        if not cancelled:
            self._happenings.append(Happening(at=scheduled + 300, what=What.STATUS, status=wire.DELAYED))
        return Course(fixture=self._fixture, happenings=tuple(sorted(self._happenings, key=_order)), thin=True)

    def _late_start(self) -> int:
        """The start is delayed (status 9), some say so and then go back to waiting."""
        rng, scheduled = self._rng, self._fixture.scheduled
        delay = rng.randint(15, 40) * 60
        self._happenings.append(Happening(at=scheduled + 120, what=What.STATUS, status=wire.DELAYED))
        if rng.random() < 0.5:
            back = Happening(at=scheduled + delay - 300, what=What.STATUS, status=wire.NOT_STARTED)
            self._happenings.append(back)
        return delay

    def _moved(self) -> int:
        """The match is put back before it begins."""
        by = self._rng.randint(1, 4) * 900
        fields = (("match_time", self._fixture.scheduled + by),)
        at = self._fixture.scheduled - 4_000
        self._happenings.append(Happening(at=at, what=What.RECORD, record=fields))
        return by

    def _fill(self, number: int, span: Span) -> None:
        """What happens in one period, in the order of time: who can do it depends on what was before."""
        share = (span.end - span.start) / 5_400
        for side, goals in ((HOME, HOME_GOALS), (AWAY, AWAY_GOALS)):
            strong = self._fixture.home_strength if side == HOME else self._fixture.away_strength
            self._plan(self._times(span, goals * strong * share), partial(self._chance, number, span, side))
            self._plan(self._times(span, YELLOWS * share), partial(self._card, number, span, side))
            if not self._thin:
                self._plan(self._times(span, CORNERS * share), partial(self._corner, span, side))
            self._plan(self._windows(number, span), partial(self._substitutions, number, span, side))
        while self._planned:
            at, _, happen = heapq.heappop(self._planned)
            happen(at)
        self._board(number, span)

    def _plan(self, times: Iterable[int], happen: Callable[[int], None]) -> None:
        """Let `happen` at each of `times`, all in the running period."""
        for at in times:
            self._plans += 1
            heapq.heappush(self._planned, (at, self._plans, happen))

    def _times(self, span: Span, mean: float) -> Iterator[int]:
        for _ in range(_poisson(mean, self._rng)):
            yield self._rng.randint(span.start + 20, span.end - 1)

    def _chance(self, number: int, span: Span, side: int, at: int) -> None:
        """Mostly a goal; some penalties are missed, some goals reviewed."""
        rng = self._rng
        luck = rng.random()
        if luck < 0.022:
            self._add(at, What.PENALTY_MISSED, number, span, side, player=self._lineups[side].anybody())
            return
        what = What.OWN_GOAL if luck < 0.05 else What.PENALTY if luck < 0.05 + PENALTIES else What.GOAL
        scorer = self._lineups[wire.other(side) if what is What.OWN_GOAL else side].anybody()
        assisted = what is What.GOAL and rng.random() < 0.6
        assist = self._lineups[side].anybody(but=scorer) if assisted else None
        vague = rng.random() < VAGUE
        goal = self._add(at, what, number, span, side, player=scorer, other=assist, vague=vague)
        if rng.random() < 0.05 and at + 200 < span.end:
            self._reviewed(goal, number, span)
        elif vague:
            self._detail(goal, span)

    def _reviewed(self, goal: Happening, number: int, span: Span) -> None:
        """The goal is taken back; one in five counts after all."""
        rng = self._rng
        at = goal.at + rng.randint(40, 120)
        taken_back = {"player": goal.player, "about": goal.key, "codes": (1, wire.GOAL_CANCELLED)}
        review = self._add(at, What.REVIEW, number, span, goal.side, **taken_back)
        if rng.random() < 0.2:
            self._happenings.append(
                Happening(at=at + rng.randint(30, 70), what=What.REINSTATED, key=review.key, about=goal.key)
            )

    def _detail(self, about: Happening, span: Span) -> None:
        """The names, and now and then another minute, some time later."""
        rng = self._rng
        at = min(about.at + rng.randint(30, 240), span.end + 60)
        minute = about.minute + 1 if rng.random() < 0.1 and about.minute % 45 else 0
        what = Happening(
            at=at, what=What.DETAIL, about=about.key, minute=minute, player=about.player, other=about.other
        )
        self._happenings.append(what)

    def _card(self, number: int, span: Span, side: int, at: int) -> None:
        rng, lineup = self._rng, self._lineups[side]
        luck = rng.random()
        what = What.RED if luck < 0.022 else What.YELLOW
        player = lineup.anybody() if what is What.RED else lineup.unbooked()
        if player is None:
            return
        overruled = what is What.RED and rng.random() < 0.15 and at + 200 < span.end
        vague = luck < 0.3
        card = self._add(at, what, number, span, side, player=player, vague=vague)
        if vague and not overruled:
            self._detail(card, span)
        if what is What.YELLOW:
            lineup.book(player)
            if rng.random() < 0.025 and at + 400 < span.end:
                again = partial(self._second_yellow, number, span, side, player)
                self._plan([rng.randint(at + 200, span.end - 1)], again)
            return
        lineup.dismiss(player)
        if overruled:
            self._plan([at + 90], partial(self._overruled, number, span, card, player))

    def _second_yellow(self, number: int, span: Span, side: int, player: Player, at: int) -> None:
        if self._lineups[side].plays(player):
            self._add(at, What.SECOND_YELLOW, number, span, side, player=player)
            self._lineups[side].dismiss(player)

    def _overruled(self, number: int, span: Span, card: Happening, player: Player, at: int) -> None:
        """The red card is taken back, and who was shown it goes on."""
        about = {"player": player, "about": card.key, "codes": (5, wire.RED_CANCELLED)}
        self._add(at, What.REVIEW, number, span, card.side, **about)
        self._lineups[card.side].recall(player)

    def _corner(self, span: Span, side: int, at: int) -> None:
        self._happenings.append(Happening(at=at, what=What.CORNER, side=side))
        if self._rng.random() < 0.05 and at + 90 < span.end:
            back = at + self._rng.randint(20, 80)
            self._happenings.append(Happening(at=back, what=What.CORNER_BACK, side=side))

    def _windows(self, number: int, span: Span) -> Iterator[int]:
        """When players are changed: mostly in the second half, some at half-time."""
        rng = self._rng
        windows = (rng.random() < 0.1, rng.randint(1, 3), rng.random() < 0.4, rng.random() < 0.3)[number]
        for _ in range(int(windows)):
            yield span.start + 1 if rng.random() < 0.15 else rng.randint(span.start + 300, span.end - 30)

    def _substitutions(self, number: int, span: Span, side: int, at: int) -> None:
        """One or two at once."""
        for on, off in self._lineups[side].substitute(self._rng.choice((1, 1, 2))):
            self._add(at, What.SUBSTITUTION, number, span, side, player=on, other=off)

    def _board(self, number: int, span: Span) -> None:
        """The stoppage announced: never more than is played."""
        ends = span.start + periods.SECONDS[span.name]
        added = (span.end - ends) // 60
        if added:
            minute = (45, 90, 105, 120)[number]
            board = Happening(at=ends - 5, what=What.BOARD, minute=minute, added=added)
            self._happenings.append(board)

    def _add(self, at: int, what: What, number: int, span: Span, side: int, **more: object) -> Happening:
        self._keys += 1
        minute, added = goal_minute(number, at - span.start)
        happening = Happening(
            at=at,
            what=what,
            key=self._keys,
            side=side,
            minute=minute,
            added=added,
            **more,  # type: ignore[arg-type]
        )
        self._happenings.append(happening)
        return happening

    def _squad(self, side: int) -> list[Player]:
        team_id = self._fixture.home_id if side == HOME else self._fixture.away_id
        return squad(team_id, self._fixture.family or "northern")

    def _level(self) -> bool:
        home, away = self._goals(None)
        return home == away

    def _goals(self, until: int | None) -> tuple[int, int]:
        """Goals that stand at `until` (None: at the end)."""
        seen = [one for one in self._happenings if until is None or one.at <= until]
        steps = {What.REINSTATED: 1, **dict.fromkeys(GOALS, 1)}
        by_key = {one.key: one for one in self._happenings if one.what in GOALS}
        totals = {HOME: 0, AWAY: 0}
        for one in seen:
            about = by_key.get(one.about)
            if one.what is What.REVIEW and about and one.codes[1] == wire.GOAL_CANCELLED:
                totals[about.side] -= 1
            elif one.what in steps:
                totals[(about or one).side] += 1
        return totals[HOME], totals[AWAY]


def _order(happening: Happening) -> tuple[int, bool]:
    """By time; in the second of a whistle, what was played comes first."""
    return happening.at, happening.what in {What.STATUS, What.MARK, What.STAMP}


def _poisson(mean: float, rng: Random) -> int:
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
