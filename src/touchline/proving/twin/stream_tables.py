"""The change stream, cursors, leases, channels and unreadable payloads (0002, 0003, 0004, 0007)."""

import re

from touchline.proving.twin.match_table import json_is, of_status, only_rises
from touchline.proving.twin.tables import Check, Generated, Table, columns

CHANNEL = re.compile(r"[a-z0-9-]{1,40}")

CHANGE_LOG = Table(
    name="change_log",
    key=("only_row",),
    columns=columns("""
        only_row boolean = true
        epoch text
        pruned_through bigint = 0
    """),
    triggers=(only_rises("pruned_through", "the floor only rises"),),
)

CHANGE = Table(
    name="change",
    key=("seq",),
    group="match_id",
    ordered=True,
    identity="seq",
    columns=columns("""
        seq bigint
        match_id text
        kind text
        status_id smallint
        minute smallint null
        minute_text text
        home_score smallint
        away_score smallint
        happened jsonb = []
        lock_version bigint
        at_ms bigint
        recorded_at timestamptz = real_now()
    """),
    checks=(
        Check("change_kind_check", ("kind",), lambda row: row["kind"] in {"match", "minute", "sla", "window"}),
        of_status("status_id"),
        Check("change_minute_text_check", ("minute_text",), lambda row: row["minute_text"] != ""),
        Check("change_home_score_check", ("home_score",), lambda row: row["home_score"] >= 0),
        Check("change_away_score_check", ("away_score",), lambda row: row["away_score"] >= 0),
        json_is(list, "happened"),
    ),
    append_only="append-only",
)

CURSOR = Table(
    name="sync_cursor",
    key=("name",),
    columns=columns("""
        name text
        value bigint
    """),
    triggers=(only_rises("value", "a cursor only rises"),),
)

RAW = Table(
    name="raw_payload",
    key=("id",),
    ordered=True,
    identity="id",
    columns=columns("""
        id bigint
        kind text
        reason text
        match_id text = ""
        payload bytea
        bytes bigint
        kept_at timestamptz
    """),
    generated={"bytes": Generated(("payload",), lambda row: len(row["payload"]))},
)

PROVIDER = Table(
    name="provider_state",
    key=("channel",),
    columns=columns("""
        channel text
        state text
        reason text = ""
        since_at timestamptz = real_now()
        updated_at timestamptz = real_now()
    """),
    checks=(
        Check(
            "provider_state_channel_check",
            ("channel",),
            lambda row: CHANNEL.fullmatch(row["channel"]) is not None,
        ),
        Check(
            "provider_state_state_check",
            ("state",),
            lambda row: row["state"] in {"ok", "limited", "refused", "down", "unknown"},
        ),
    ),
)

LEASE = Table(
    name="lease",
    key=("name",),
    columns=columns("""
        name text
        holder text
        taken_at timestamptz
        until timestamptz
    """),
    checks=(
        Check("lease_name_check", ("name",), lambda row: row["name"] != ""),
        Check("lease_holder_check", ("holder",), lambda row: row["holder"] != ""),
    ),
)

TABLES = (CHANGE_LOG, CHANGE, CURSOR, RAW, PROVIDER, LEASE)
