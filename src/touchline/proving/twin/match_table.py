"""`ts_matches` (0001_match.sql): its columns, what a row must be, and how it may change."""

from typing import Any

from touchline.proving.twin.tables import Check, Generated, Table, Trigger, columns
from touchline.proving.twin.values import Row, held

SECONDS = (
    "match_time", "phase_entered_ts", "first_half_kickoff_ts", "second_half_kickoff_ts", "overtime_kickoff_ts",
    "last_minute_update_ts", "provider_update_time", "last_event_ts", "last_seen_ts", "last_live_seen_ts",
    "ended_ts",
)  # fmt: skip
KICKOFFS = ("first_half_kickoff_ts", "second_half_kickoff_ts", "overtime_kickoff_ts")
CONTENT = frozenset({
    "status_id", "phase_entered_ts", "home_scores", "away_scores", "home_score_extra_time",
    "away_score_extra_time", "half_time_reached", "shoot_out_reached", "first_half_kickoff_ts",
    "second_half_kickoff_ts", "overtime_kickoff_ts", "provider_update_time", "last_event_ts",
    "provenance", "statistics", "first_half_stats", "statistics_second_half",
    "incidents_first_half", "incidents_second_half", "incidents_extra", "data_completeness",
    "deleted_at", "match_time", "competition_id", "season_id", "stage_id", "home_team_id",
    "away_team_id", "venue_id", "referee_id", "round_num", "group_num", "neutral", "tbd",
    "has_ot", "team_reverse", "loss", "note", "related_id", "agg_home", "agg_away",
    "home_position", "away_position", "coverage", "environment", "ended_ts",
})  # fmt: skip
"""What a change of is a change of content: `updated_at` moves with it and with nothing else."""


def between(low: int, high: int, column: str) -> Check:
    """A column within bounds, both included."""
    return Check(f"{column}_check", (column,), lambda row: row[column] is None or low <= row[column] <= high)


def seconds(column: str) -> Check:
    """An instant in seconds, not in milliseconds."""
    return between(1, 9_999_999_999, column)


def of_status(column: str) -> Check:
    """A status of the provider's."""
    return Check(f"{column}_check", (column,), lambda row: 0 <= row[column] <= 13 and row[column] != 6)


def json_is(kind: type, column: str) -> Check:
    """What a jsonb column holds."""
    return Check(
        f"{column}_check", (column,), lambda row: row[column] is None or isinstance(held(row[column]), kind)
    )


def only_rises(column: str, rule: str) -> Trigger:
    """A value that never falls, nor is taken away."""
    return Trigger(
        (column,), lambda old, new: old[column] is not None and (new[column] or 0) < old[column], rule
    )


def _slots(column: str) -> Check:
    def holds(row: Row) -> bool:
        slots = row[column]
        if len(slots) != 7 or None in slots:
            return False
        return bool(min((*slots[:4], *slots[5:])) >= 0 and slots[4] >= -1)

    return Check(f"{column}_check", (column,), holds)


def _sides(row: Row) -> bool:
    pairs = ((row["home_score_extra_time"], row["away_score_extra_time"]), (row["agg_home"], row["agg_away"]))
    return all((home is None) == (away is None) and min(home or 0, away or 0) >= 0 for home, away in pairs)


def _an_id(row: Row) -> bool:
    id_ = row["external_id"]
    return 6 <= len(id_) <= 32 and all(letter in "abcdefghijklmnopqrstuvwxyz0123456789" for letter in id_)


def _verified_or_not(row: Row) -> bool:
    parts = held(row["data_completeness"])
    return all(isinstance(parts.get(part), bool) for part in ("first_half", "second_half", "full_time"))


def _write_once(kickoff: str) -> Trigger:
    return Trigger(
        (kickoff,),
        lambda old, new: old[kickoff] is not None and new[kickoff] != old[kickoff],
        "a kick-off is written once; revisions go to kickoff_revision",
    )


def _nth(row: Row, side: str, place: int) -> int | None:
    slots: list[int] = row[f"{side}_scores"]
    return slots[place] if place < len(slots) else None


def _slot(side: str, place: int) -> Generated:
    return Generated((f"{side}_scores",), lambda row: _nth(row, side, place))


def _half_time(side: str) -> Generated:
    return Generated(
        (f"{side}_scores", "half_time_reached"),
        lambda row: _nth(row, side, 1) if row["half_time_reached"] else None,
    )


def _shoot_out(side: str) -> Generated:
    def value(row: Row) -> Any:
        seen = row["shoot_out_reached"] or (_nth(row, "home", 6) or 0) > 0 or (_nth(row, "away", 6) or 0) > 0
        return _nth(row, side, 6) if seen else None

    return Generated(("home_scores", "away_scores", "shoot_out_reached"), value)


def _display(side: str) -> Generated:
    def value(row: Row) -> Any:
        extra = row[f"{side}_score_extra_time"]
        return _nth(row, side, 0) if extra is None else extra

    return Generated((f"{side}_scores", f"{side}_score_extra_time"), value)


def _corners(side: str) -> Generated:
    return Generated((f"{side}_scores",), lambda row: None if (n := _nth(row, side, 4)) == -1 else n)


def _keep_updated_at(old: Row, new: dict[str, Any], changed: set[str]) -> None:
    if "updated_at" in changed and changed.isdisjoint(CONTENT):
        new["updated_at"] = old["updated_at"]


MATCHES = Table(
    name="ts_matches",
    key=("external_id",),
    identity="id",
    columns=columns("""
        id bigint
        external_id text
        competition_id text = ""
        season_id text = ""
        stage_id text = ""
        home_team_id text = ""
        away_team_id text = ""
        venue_id text = ""
        referee_id text = ""
        round_num integer = 0
        group_num integer = 0
        match_time bigint
        status_id smallint = 1
        neutral boolean = false
        tbd boolean = false
        has_ot boolean = false
        team_reverse boolean = false
        loss boolean = false
        note text = ""
        related_id text = ""
        agg_home smallint null
        agg_away smallint null
        home_position text = ""
        away_position text = ""
        coverage jsonb = {}
        environment jsonb = {}
        ended_ts bigint null
        deleted_at timestamptz null
        home_scores smallint[] = [0,0,0,0,0,0,0]
        away_scores smallint[] = [0,0,0,0,0,0,0]
        half_time_reached boolean = false
        shoot_out_reached boolean = false
        home_score_extra_time smallint null
        away_score_extra_time smallint null
        home_score_regular smallint
        away_score_regular smallint
        home_score_half_time smallint null
        away_score_half_time smallint null
        home_score_shoot_out smallint null
        away_score_shoot_out smallint null
        home_score_display smallint
        away_score_display smallint
        home_red_cards smallint
        away_red_cards smallint
        home_yellow_cards smallint
        away_yellow_cards smallint
        home_corners smallint null
        away_corners smallint null
        first_half_kickoff_ts bigint null
        second_half_kickoff_ts bigint null
        overtime_kickoff_ts bigint null
        phase_entered_ts bigint
        phase_seen_live boolean = false
        minute smallint null
        last_minute_update_ts bigint null
        provider_update_time bigint null
        last_event_ts bigint null
        last_seen_ts bigint null
        last_live_seen_ts bigint null
        version bigint = 0
        updated_at timestamptz
        created_at timestamptz
        provenance jsonb = {}
        pending jsonb = {}
        statistics jsonb = []
        first_half_stats jsonb null
        statistics_second_half jsonb null
        incidents_first_half jsonb null
        incidents_second_half jsonb null
        incidents_extra jsonb null
        data_completeness jsonb = {"first_half":false,"full_time":false,"second_half":false}
    """),
    generated={
        **{f"{side}_score_regular": _slot(side, 0) for side in ("home", "away")},
        **{f"{side}_score_half_time": _half_time(side) for side in ("home", "away")},
        **{f"{side}_score_shoot_out": _shoot_out(side) for side in ("home", "away")},
        **{f"{side}_score_display": _display(side) for side in ("home", "away")},
        **{f"{side}_red_cards": _slot(side, 2) for side in ("home", "away")},
        **{f"{side}_yellow_cards": _slot(side, 3) for side in ("home", "away")},
        **{f"{side}_corners": _corners(side) for side in ("home", "away")},
    },
    checks=(
        Check("an_id_is_the_providers", ("external_id",), _an_id),
        of_status("status_id"),
        _slots("home_scores"),
        _slots("away_scores"),
        Check("ts_matches_minute_check", ("minute",), lambda row: row["minute"] is None or row["minute"] > 0),
        Check("ts_matches_version_check", ("version",), lambda row: row["version"] >= 0),
        json_is(dict, "provenance"),
        json_is(dict, "pending"),
        Check("a_part_is_verified_or_not", ("data_completeness",), _verified_or_not),
        json_is(list, "statistics"),
        *(seconds(column) for column in SECONDS),
        Check(
            "a_score_has_two_sides",
            ("home_score_extra_time", "away_score_extra_time", "agg_home", "agg_away"),
            _sides,
        ),
        Check(
            "a_minute_has_its_time",
            ("minute", "last_minute_update_ts"),
            lambda row: row["minute"] is None or row["last_minute_update_ts"] is not None,
        ),
    ),
    triggers=(
        Trigger(
            ("external_id", "created_at"), lambda _old, _new: True, "the identity of a match never changes"
        ),
        *(_write_once(kickoff) for kickoff in KICKOFFS),
        only_rises("provider_update_time", "provider_update_time only rises"),
        Trigger(
            ("minute",),
            lambda old, new: old["minute"] is not None and new["minute"] is None,
            "a minute is never set to NULL over a value",
        ),
        only_rises("version", "the version only rises"),
    ),
    rewrite=_keep_updated_at,
)
