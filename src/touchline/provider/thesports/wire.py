"""What TheSports' payloads say, whatever shape they come in.

Reading never raises: what can't be read is kept whole beside what can. `latest` is the last
instant a provider time may name; later ones are no times.
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from touchline.football.model import Says
from touchline.ids import MatchId, is_external_id
from touchline.provider.port import (
    DeletedRead,
    FormRead,
    Kind,
    Reading,
    Report,
    TablesRead,
    TeamCountersRead,
    Unreadable,
    UpdatesRead,
)
from touchline.provider.thesports.catalogue import read_catalogue, read_extra
from touchline.provider.thesports.deleted import read_deleted
from touchline.provider.thesports.envelope import Answer
from touchline.provider.thesports.form import read_analysis, read_tallies
from touchline.provider.thesports.halves import read_half_stats
from touchline.provider.thesports.incidents import read_incidents, read_stats, read_tlive
from touchline.provider.thesports.lineups import read_lineups
from touchline.provider.thesports.records import read_records
from touchline.provider.thesports.scores import Score, read_tuple, tuple_id
from touchline.provider.thesports.shapes import (
    LATEST_TS,
    UNSTORABLE,
    Findings,
    Misread,
    decode,
    objects,
    provider_time,
)
from touchline.provider.thesports.tables import read_tables
from touchline.provider.thesports.team_stats import read_team_stats
from touchline.provider.thesports.trends import read_trends
from touchline.provider.thesports.updates import read_updates

LIVE_KINDS = frozenset({"score", "stats", "incidents", "tlive"})
LIVE_MARKS = LIVE_KINDS | {"id"}
ID_SHOWN_MAX = 64
UNFORESEEN = "unforeseen"
"""A payload the reading itself fails on: a fault of ours, whatever the payload is."""
REASON_MAX = 500
DAY_S = 86_400

R = TypeVar("R", bound=Reading)


def latest_at(now_s: float) -> int:
    """The last instant a provider time may name at `now_s`: one day ahead."""
    return int(now_s) + DAY_S


def read_push(payload: bytes, latest: int = LATEST_TS) -> Reading:
    """One message of the push channel."""
    try:
        message = decode(payload)
    except Misread as error:
        return Reading(unreadable=(Unreadable(kind="mqtt.not_json", reason=str(error), payload=payload),))
    return _guarded(lambda: _live("mqtt", message, "", latest).reading(), payload, "mqtt", Reading)


def read_detail_live(answer: Answer, latest: int = LATEST_TS) -> Reading:
    """Every match of a `detail_live` answer."""
    return _guarded(
        lambda: _live("detail_live", answer.results, "", latest).reading(answer.total),
        answer.body,
        "detail_live",
        Reading,
    )


def read_live_history(answer: Answer, match_id: str, latest: int = LATEST_TS) -> Reading:
    """The one match of a `live/history` answer; an object without an id is taken for the asked one."""
    return _guarded(
        lambda: _live("live_history", answer.results, match_id, latest).reading(answer.total),
        answer.body,
        "live_history",
        Reading,
    )


def read_match_records(answer: Answer, channel: str, latest: int = LATEST_TS) -> Reading:
    """The match records of an answer, and the named things beside them."""

    def read(found: Findings) -> None:
        read_records(answer.results, found, latest)
        read_extra(answer.extra, found, latest)

    return _read(answer, channel, read)


def read_trend_live(answer: Answer) -> Reading:
    """The trend of every match of the answer."""
    return _read(answer, "trend_live", lambda found: read_trends(answer.results, "", found))


def read_trend_detail(answer: Answer, match_id: str) -> Reading:
    """The one trend of the answer; one without an id is taken for the asked one."""
    return _read(answer, "trend_detail", lambda found: read_trends(answer.results, match_id, found))


def read_lineup(answer: Answer, match_id: str) -> Reading:
    """The one line-up of the answer; one without an id is taken for the asked one."""
    return _read(answer, "lineup_detail", lambda found: read_lineups(answer.results, match_id, found))


def read_halves(answer: Answer, match_id: str) -> Reading:
    """The statistics of the halves of one match; what has no id is taken for the asked one's."""
    return _read(answer, "half_stats", lambda found: read_half_stats(answer.results, match_id, found))


def read_halves_list(answer: Answer) -> Reading:
    """The statistics of the halves of every match of the answer."""
    return _read(answer, "half_stats_list", lambda found: read_half_stats(answer.results, "", found))


def read_team_counters(answer: Answer) -> TeamCountersRead:
    """What every team of the answer did in its match."""

    def read(found: Findings) -> TeamCountersRead:
        return TeamCountersRead(teams=read_team_stats(answer.results, found))

    return _read_as(answer, "team_stats", TeamCountersRead, read)


def read_standings(answer: Answer, season_id: str = "", latest: int = LATEST_TS) -> TablesRead:
    """Every table of the answer; where one season was asked for, no other's."""

    def read(found: Findings) -> TablesRead:
        return TablesRead(tables=read_tables(answer.results, season_id, found, latest))

    return _read_as(answer, "standings", TablesRead, read)


def read_match_analysis(answer: Answer, match_id: str) -> FormRead:
    """What came before one match."""

    def read(found: Findings) -> FormRead:
        return FormRead(analyses=read_analysis(answer.results, match_id, found))

    return _read_as(answer, "analysis", FormRead, read)


def read_compensation(answer: Answer, latest: int = LATEST_TS) -> FormRead:
    """A page of counts of won, drawn and lost matches."""

    def read(found: Findings) -> FormRead:
        return FormRead(tallies=read_tallies(answer.results, found, latest))

    return _read_as(answer, "compensation", FormRead, read)


def read_taken_back(answer: Answer) -> DeletedRead:
    """The matches the provider has taken back."""
    return _read_as(
        answer, "deleted", DeletedRead, lambda found: DeletedRead(matches=read_deleted(answer.results, found))
    )


def read_what_changed(answer: Answer, latest: int = LATEST_TS) -> UpdatesRead:
    """What changed lately besides the score."""

    def read(found: Findings) -> UpdatesRead:
        return UpdatesRead(updates=tuple(read_updates(answer.results, found, latest)))

    return _read_as(answer, "data_update", UpdatesRead, read)


def read_named(answer: Answer, kind: Kind, latest: int = LATEST_TS) -> Reading:
    """The records of a catalogue list."""
    return _read(answer, kind.value, lambda found: read_catalogue(answer.results, kind, found, latest))


def _read(answer: Answer, channel: str, into: Callable[[Findings], None]) -> Reading:
    def read() -> Reading:
        found = Findings(channel)
        into(found)
        return found.reading(answer.total)

    return _guarded(read, answer.body, channel, Reading)


def _read_as(answer: Answer, channel: str, kind: type[R], into: Callable[[Findings], R]) -> R:
    """A reading of its own kind, with what could not be read beside it."""

    def read() -> R:
        found = Findings(channel)
        return replace(into(found), unreadable=tuple(found.unreadable), total=answer.total)

    return _guarded(read, answer.body, channel, kind)


def _guarded(read: Callable[[], R], payload: bytes, channel: str, kind: type[R]) -> R:
    try:
        return read()
    except RecursionError:
        deep = Unreadable(kind=f"{channel}.too_deep", reason="nested too deeply", payload=payload)
        return kind(unreadable=(deep,))
    except Exception as error:  # nobody has thought of it: it must not take what waits behind it along
        odd = Unreadable(kind=f"{channel}.{UNFORESEEN}", reason=repr(error)[:REASON_MAX], payload=payload)
        return kind(unreadable=(odd,))


def _live(channel: str, value: object, key: str, latest: int) -> Findings:
    found = Findings(channel)
    for inner, part in objects(value, LIVE_MARKS, key):
        _read_object({"score": part} if isinstance(part, list) else part, inner, found, latest)
    return found


def _read_object(part: object, key: str, found: Findings, latest: int) -> None:
    if not isinstance(part, dict) or LIVE_KINDS.isdisjoint(part):
        found.set_aside("bad_object", "no score, stats, incidents or tlive", part)
        return
    match_id = part.get("id") or tuple_id(part.get("score")) or key
    if not is_external_id(match_id):
        found.set_aside("invalid_match_id", "the id is empty or malformed", part)
        if not _sayable(match_id):
            return
    troubles = len(found.unreadable)
    says = _says(part, match_id, found)
    if says == Says() and len(found.unreadable) > troubles:
        return
    changed = found.group("bad_provider_time", part, match_id, lambda: provider_time(part, latest))
    found.reports.append(Report(match_id=MatchId(match_id), says=says, provider_time=changed))


def _sayable(match_id: object) -> bool:
    """Whether a malformed id may still be named in a claim, which the writer then answers as invalid."""
    return isinstance(match_id, str) and 0 < len(match_id) <= ID_SHOWN_MAX and not UNSTORABLE.search(match_id)


def _says(part: dict[str, object], match_id: str, found: Findings) -> Says:
    """The groups of one object. Empty score, stats and tlive are silence; an empty incident list is a claim."""
    score = read_tuple(part["score"], match_id, found) if part.get("score") else Score()
    incidents, stats, tlive = part.get("incidents"), part.get("stats"), part.get("tlive")
    return Says(
        status=score.status,
        goals=score.goals,
        counts=score.counts,
        incidents=None
        if incidents is None
        else found.group("bad_incidents", incidents, match_id, lambda: read_incidents(incidents)),
        stats=found.group("bad_stats", stats, match_id, lambda: read_stats(stats)) or None,
        tlive=found.group("bad_tlive", tlive, match_id, lambda: read_tlive(tlive)) or None,
    )
