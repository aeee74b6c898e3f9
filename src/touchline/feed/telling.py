"""News as the events of the JSON stream: the state of each match, and everything that happened to it."""

from collections.abc import Iterator, Mapping

import msgspec

from touchline.feed.entry import Entry
from touchline.feed.event import Event, by_offset, sse
from touchline.feed.happenings import About, told_as
from touchline.feed.news import News
from touchline.feed.position import Position, offset_of
from touchline.ids import MatchId
from touchline.store.changes import Change

ALL = "all"
"""The topic of everything on the board."""

_encode = msgspec.json.Encoder().encode


def events(news: News, board: Mapping[MatchId, Entry]) -> list[Event]:
    """What `news` tells, in order. `board` is after the news."""
    epoch = news.position.epoch
    beyond = {entry.item.id: entry for entry in news.beyond}
    newest = {change.match_id: change for change in news.happened}

    def topics(match_id: MatchId) -> tuple[str, ...]:
        found = board.get(match_id) or beyond.get(match_id) or news.last.get(match_id)
        everybody = (ALL,) if match_id not in beyond or match_id in news.gone else ()
        of_competition = () if found is None else (competition_topic(found.item.competition_id),)
        return (*everybody, match_topic(match_id), *of_competition)

    told = [_state(entry, epoch, topics(entry.item.id)) for entry in (*news.changed, *news.beyond)]
    for change in news.happened:
        told += _happenings(change, epoch, topics(change.match_id))
    for match_id in news.gone:
        if match_id in newest and match_id not in beyond:
            told.append(_goodbye(newest[match_id], epoch, topics(match_id)))
    return sorted(told, key=by_offset)


def match_topic(match_id: str) -> str:
    """The topic of one match."""
    return f"match {match_id}"


def competition_topic(competition_id: str) -> str:
    """The topic of all matches of a competition."""
    return f"competition {competition_id}"


def _state(entry: Entry, epoch: str, topics: tuple[str, ...]) -> Event:
    position = Position.at(epoch, entry.item.seq)
    return Event(position.offset, entry.item.id, False, topics, sse("match", entry.json, position))


def _goodbye(change: Change, epoch: str, topics: tuple[str, ...]) -> Event:
    position = Position.at(epoch, change.seq)
    data = _encode(About(match_id=change.match_id, version=change.seq))
    return Event(position.offset, change.match_id, False, topics, sse("gone", data, position))


def _happenings(change: Change, epoch: str, topics: tuple[str, ...]) -> Iterator[Event]:
    count = len(change.happened)
    for place, what in enumerate(change.happened):
        name, said = told_as(change, what)
        position = Position(epoch, offset_of(change.seq, place, count))
        yield Event(position.offset, "", True, topics, sse(name, _encode(said), position))
