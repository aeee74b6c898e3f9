"""A match and its parts in the shapes of the API. Nothing is computed here that the database does not say."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeVar

from msgspec.structs import asdict

from touchline.feed.items import SIDES, match_item
from touchline.football.model import HalfStat, Stat
from touchline.store.views import Whole
from touchline.web import codes, lineups, shapes
from touchline.web.incidents import incident_items

Counter = TypeVar("Counter", Stat, HalfStat)


def match_detail(whole: Whole, *, now: float, window_s: int, stale: bool) -> shapes.MatchDetail:
    """One match with its parts."""
    parts = whole.parts
    return shapes.MatchDetail(
        **asdict(match_item(whole.item, now, window_s)),
        stale=stale,
        venue=parts.venue,
        referee=parts.referee,
        season=parts.season,
        stage=parts.stage,
        round=parts.round_num or None,
        neutral=parts.neutral,
        aggregate=_pair(parts.aggregate),
        kickoffs=kickoffs(whole),
        data_completeness=shapes.Completeness(
            first_half=parts.data_completeness.get("first_half") is True,
            second_half=parts.data_completeness.get("second_half") is True,
            full_time=parts.data_completeness.get("full_time") is True,
        ),
        statistics=statistics(whole),
        incidents=incident_items(whole.incidents),
        lineup=lineups.lineup(parts.lineup),
        momentum=lineups.momentum(parts.trend),
    )


def incidents(whole: Whole, *, stale: bool) -> shapes.Incidents:
    """The incidents of a match."""
    return shapes.Incidents(
        match_id=whole.item.id,
        version=whole.item.seq,
        stale=stale,
        incidents=incident_items(whole.incidents),
    )


def stats(whole: Whole, *, stale: bool) -> shapes.Stats:
    """The statistics of a match."""
    return shapes.Stats(
        match_id=whole.item.id, version=whole.item.seq, stale=stale, statistics=statistics(whole)
    )


def timeline(whole: Whole, *, stale: bool) -> shapes.Timeline:
    """The match period by period."""
    began = {
        "first_half": whole.parts.first_half_kickoff_ts,
        "second_half": whole.parts.second_half_kickoff_ts,
        "extra_time": whole.parts.overtime_kickoff_ts,
    }
    told = groupby(incident_items(whole.incidents), key=lambda each: each.period)
    return shapes.Timeline(
        match_id=whole.item.id,
        version=whole.item.seq,
        stale=stale,
        chapters=[
            shapes.Chapter(period=period, kickoff_ts=began.get(period), incidents=list(entries))
            for period, entries in told
        ],
        commentary=[
            shapes.Comment(minute_text=line.time, text=line.data, side=SIDES[line.side])
            for line in whole.parts.commentary
        ],
    )


def statistics(whole: Whole) -> shapes.Statistics:
    """Counters of the match and of its halves."""
    parts = whole.parts
    return shapes.Statistics(
        full=_counters(parts.statistics),
        first_half=_half(parts.first_half_stats),
        second_half=_half(parts.statistics_second_half),
    )


def kickoffs(whole: Whole) -> shapes.Kickoffs:
    """The first stamps, and the revisions beside them."""
    return shapes.Kickoffs(
        first_half=whole.parts.first_half_kickoff_ts,
        second_half=whole.parts.second_half_kickoff_ts,
        overtime=whole.parts.overtime_kickoff_ts,
        revisions=[
            shapes.Revision(
                period=each.period,
                kickoff_ts=each.kickoff_ts,
                delta_s=each.delta_s,
                followed=each.followed,
                reason=each.reason,
            )
            for each in whole.revisions
        ],
    )


def _pair(pair: tuple[int, int] | None) -> list[int] | None:
    return None if pair is None else list(pair)


def _half(counters: Sequence[HalfStat] | None) -> list[shapes.HalfStatItem] | None:
    if counters is None:
        return None
    return [
        shapes.HalfStatItem(type=each.type, name=name, home=each.home, away=each.away)
        for each, name in _told(counters, codes.HALF_STATISTICS)
    ]


def _counters(counters: Sequence[Stat]) -> list[shapes.StatItem]:
    return [
        shapes.StatItem(type=each.type, name=name, home=each.home, away=each.away)
        for each, name in _told(counters, codes.STATISTICS)
    ]


def _told(counters: Sequence[Counter], names: dict[int, str]) -> Iterator[tuple[Counter, str]]:
    """Each counter that has a name, beside it, in the order of the names."""
    told = {each.type: each for each in counters}
    return ((told[code], name) for code, name in names.items() if code in told)
