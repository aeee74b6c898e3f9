"""Named things (competitions, teams, venues …), as the wire has them."""

from collections.abc import Mapping
from functools import partial

from touchline.ids import is_external_id
from touchline.provider.port import CatalogueRecord, Kind
from touchline.provider.thesports.shapes import (
    LATEST_TS,
    Findings,
    Misread,
    changed_at,
    mapping,
    objects,
    text,
    whole,
)

MARKS = frozenset({"id", "name", "year"})
NUMBER_MAX = 10**15

PARENT: Mapping[Kind, str] = {
    Kind.COUNTRY: "category_id",
    Kind.COMPETITION: "category_id",
    Kind.SEASON: "competition_id",
    Kind.STAGE: "season_id",
    Kind.COACH: "team_id",
    Kind.PLAYER: "team_id",
}
NOBODY = "0"
"""The team of a player who has none."""
EXTRA_TEXT: Mapping[Kind, tuple[str, ...]] = {
    Kind.COMPETITION: ("cur_season_id", "cur_stage_id", "primary_color", "secondary_color"),
    Kind.TEAM: ("competition_id", "venue_id", "country_logo"),
    Kind.SEASON: ("year",),
    Kind.VENUE: ("city", "country", "real_name"),
    Kind.PLAYER: ("position",),
}
EXTRA_NUMBERS: Mapping[Kind, tuple[str, ...]] = {
    Kind.COMPETITION: ("type", "gender", "cur_round", "round_count"),
    Kind.TEAM: ("gender", "national", "virtual"),
    Kind.SEASON: ("is_current", "start_time", "end_time"),
    Kind.STAGE: ("mode", "group_count", "round_count", "order"),
    Kind.VENUE: ("capacity",),
    Kind.COACH: ("birthday",),
    Kind.PLAYER: ("birthday", "height", "weight"),
}


def read_catalogue(results: object, kind: Kind, found: Findings, latest: int = LATEST_TS) -> None:
    """Every record of one kind, from a list or a map by id; a bad row is set aside, the others proceed."""
    for key, part in objects(results, MARKS):
        record = found.group(f"bad_{kind.value}", part, "", partial(_record, kind, key, part, latest))
        if record is not None:
            found.catalogue.append(record)


def read_extra(extra: object, found: Findings, latest: int = LATEST_TS) -> None:
    """`results_extra` of the diary: several kinds, each a list or a map by id."""
    named = found.group("bad_extra", extra, "", lambda: mapping(extra, "results_extra")) or {}
    for kind in Kind:
        if named.get(kind.value):
            read_catalogue(named[kind.value], kind, found, latest)


def _record(kind: Kind, key: str, part: object, latest: int) -> CatalogueRecord:
    if not isinstance(part, dict):
        raise Misread(f"no {kind.value} record")
    given = part.get("id", key)
    if not is_external_id(given):
        raise Misread("the id is empty or malformed")
    name = part.get("year") if kind is Kind.SEASON else part.get("name")
    return CatalogueRecord(
        kind=kind,
        id=given,
        name=text(name, "name"),
        short_name=text(part.get("short_name"), "short_name"),
        logo=text(part.get("logo"), "logo"),
        country_id=text(part.get("country_id"), "country_id"),
        parent_id=_parent(kind, part),
        merged_into=text(part.get("uid"), "uid"),
        updated_at=changed_at(part, latest),
        extra=_extra(kind, part),
    )


def _parent(kind: Kind, part: Mapping[str, object]) -> str:
    named = text(part.get(PARENT[kind]), PARENT[kind]) if kind in PARENT else ""
    return "" if named == NOBODY else named


def _extra(kind: Kind, part: Mapping[str, object]) -> dict[str, str | int]:
    extra: dict[str, str | int] = {}
    for name in EXTRA_TEXT.get(kind, ()):
        if words := text(part.get(name), name):
            extra[name] = words
    for name in EXTRA_NUMBERS.get(kind, ()):
        if part.get(name) not in (None, ""):
            extra[name] = whole(part[name], name, -NUMBER_MAX, NUMBER_MAX)
    return extra
