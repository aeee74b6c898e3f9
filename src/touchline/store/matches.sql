Rows of the match record: read under a lock, decided elsewhere, written back under their version.
Sets of rows come in as one JSON array: PostgreSQL turns it into typed columns in one pass, nested
values included, which costs the sender less than an array a column.

-- lock --
-- Waits for its turn, at most lock_timeout, which holds for the rest of the transaction too: it is set before
-- the first row is looked for, and where there is none. Everybody
-- locks in the order of external_id, so two writers of the same matches never hold each other up for
-- ever. NO KEY: rows that refer to a match may be added meanwhile.
SELECT
    external_id, version,
    match_time, competition_id, season_id, stage_id, home_team_id, away_team_id, venue_id, referee_id,
    round_num, group_num, neutral, tbd, has_ot, team_reverse, loss, note, related_id, agg_home, agg_away,
    home_position, away_position, coverage::text, environment::text, ended_ts,
    status_id, phase_entered_ts, phase_seen_live, home_scores, away_scores, half_time_reached,
    shoot_out_reached, home_score_extra_time, away_score_extra_time, first_half_kickoff_ts, second_half_kickoff_ts, overtime_kickoff_ts,
    minute, last_minute_update_ts, provider_update_time, last_event_ts, last_seen_ts,
    last_live_seen_ts, provenance::text, pending::text, statistics::text, first_half_stats::text,
    statistics_second_half::text, data_completeness::text
FROM ts_matches AS m
WHERE (SELECT set_config('lock_timeout', %(wait_ms)s, TRUE)) IS NOT NULL AND m.external_id = ANY(%(ids)s)
ORDER BY m.external_id
FOR NO KEY UPDATE OF m

-- lock_free --
-- The same, without those that somebody else has locked.
SELECT
    external_id, version,
    match_time, competition_id, season_id, stage_id, home_team_id, away_team_id, venue_id, referee_id,
    round_num, group_num, neutral, tbd, has_ot, team_reverse, loss, note, related_id, agg_home, agg_away,
    home_position, away_position, coverage::text, environment::text, ended_ts,
    status_id, phase_entered_ts, phase_seen_live, home_scores, away_scores, half_time_reached,
    shoot_out_reached, home_score_extra_time, away_score_extra_time, first_half_kickoff_ts, second_half_kickoff_ts, overtime_kickoff_ts,
    minute, last_minute_update_ts, provider_update_time, last_event_ts, last_seen_ts,
    last_live_seen_ts, provenance::text, pending::text, statistics::text, first_half_stats::text,
    statistics_second_half::text, data_completeness::text
FROM ts_matches AS m
WHERE (SELECT set_config('lock_timeout', %(wait_ms)s, TRUE)) IS NOT NULL AND m.external_id = ANY(%(ids)s)
ORDER BY m.external_id
FOR NO KEY UPDATE OF m SKIP LOCKED

-- hanging --
-- What hangs on locked matches, each thing in the shape of its type in football/model.py; incidents,
-- commentary, line-up and trend only where they are wanted. A statement after the lock, so that it sees what the one who
-- held it before has committed.
SELECT match_id, 'revision' AS kind, json_build_object(
    'period', period, 'seq', seq, 'kickoff_ts', kickoff_ts, 'delta_s', delta_s, 'source', source,
    'observed_at_ms', observed_at_ms, 'followed', followed, 'reason', reason
)::text AS thing, seq AS place
FROM kickoff_revision WHERE match_id = ANY(%(ids)s)
UNION ALL
SELECT match_id, 'pause', json_build_object('started_ts', started_ts, 'ended_ts', ended_ts)::text, started_ts
FROM match_pause WHERE match_id = ANY(%(ids)s)
UNION ALL
SELECT match_id, 'incident', json_build_object(
    'ordinal', ordinal, 'position', "position", 'revision', revision, 'withdrawn_ts', withdrawn_ts,
    'first_seen_ts', first_seen_ts, 'what', what
)::text, ordinal
FROM match_incident WHERE match_id = ANY(%(with_incidents)s)
UNION ALL
SELECT match_id, 'commentary', lines::text, 0
FROM match_tlive WHERE match_id = ANY(%(with_commentary)s)
UNION ALL
SELECT match_id, 'lineup', lineup::text, 0
FROM match_lineup WHERE match_id = ANY(%(with_lineup)s)
UNION ALL
SELECT match_id, 'trend', trend::text, 0
FROM match_trend WHERE match_id = ANY(%(with_trend)s)
ORDER BY place

-- known --
SELECT external_id FROM ts_matches WHERE external_id = ANY(%(ids)s)

-- create --
-- Somebody else may make the same match at the same moment: theirs stays.
INSERT INTO ts_matches (external_id, match_time, status_id, phase_entered_ts, created_at, updated_at)
SELECT given.id, given.match_time, given.status_id, given.phase_entered_ts, at.now, at.now
FROM
    json_to_recordset(%(rows)s) AS given (
        id text, match_time bigint, status_id smallint, phase_entered_ts bigint
    ),
    to_timestamp(%(now)s) AS at (now)
ORDER BY given.id
ON CONFLICT (external_id) DO NOTHING
RETURNING external_id

-- save --
-- No row back: somebody else has raised the version since it was read. Provenance comes for the groups
-- that were set, statistics, halves and completeness where they changed; what a half has is never taken back.
UPDATE ts_matches AS stored
SET
    version = stored.version + 1,
    updated_at = CASE WHEN given.visible THEN to_timestamp(%(now)s) ELSE stored.updated_at END,
    last_seen_ts = greatest(stored.last_seen_ts, %(now)s::bigint),
    last_live_seen_ts = CASE
        WHEN given.seen_live THEN greatest(stored.last_live_seen_ts, %(now)s::bigint)
        ELSE stored.last_live_seen_ts
    END,
    status_id = given.status_id,
    phase_entered_ts = given.phase_entered_ts,
    phase_seen_live = given.phase_seen_live,
    home_scores = given.home_scores,
    away_scores = given.away_scores,
    half_time_reached = given.half_time_reached,
    shoot_out_reached = given.shoot_out_reached,
    home_score_extra_time = given.home_score_extra_time,
    away_score_extra_time = given.away_score_extra_time,
    first_half_kickoff_ts = given.first_half_kickoff_ts,
    second_half_kickoff_ts = given.second_half_kickoff_ts,
    overtime_kickoff_ts = given.overtime_kickoff_ts,
    provider_update_time = given.provider_update_time,
    last_event_ts = given.last_event_ts,
    provenance = stored.provenance || given.provenance,
    pending = given.pending,
    statistics = coalesce(given.statistics, stored.statistics),
    first_half_stats = coalesce(given.first_half_stats, stored.first_half_stats),
    statistics_second_half = coalesce(given.second_half_stats, stored.statistics_second_half),
    incidents_first_half = coalesce(given.incidents_first_half, stored.incidents_first_half),
    incidents_second_half = coalesce(given.incidents_second_half, stored.incidents_second_half),
    incidents_extra = coalesce(given.incidents_extra, stored.incidents_extra),
    data_completeness = coalesce(given.data_completeness, stored.data_completeness)
FROM
    json_to_recordset(%(rows)s) AS given (
        id text, version bigint, visible boolean, status_id smallint, phase_entered_ts bigint,
        phase_seen_live boolean, home_scores smallint [], away_scores smallint [], half_time_reached boolean,
        shoot_out_reached boolean, home_score_extra_time smallint, away_score_extra_time smallint,
        first_half_kickoff_ts bigint, second_half_kickoff_ts bigint, overtime_kickoff_ts bigint,
        provider_update_time bigint, last_event_ts bigint, seen_live boolean, provenance jsonb,
        pending jsonb, statistics jsonb, first_half_stats jsonb, second_half_stats jsonb,
        incidents_first_half jsonb, incidents_second_half jsonb, incidents_extra jsonb, data_completeness jsonb
    )
WHERE stored.external_id = given.id AND stored.version = given.version
RETURNING stored.external_id

-- save_schedule --
-- Follows `save` in the same transaction, so the row is ours already.
UPDATE ts_matches AS stored
SET
    match_time = given.match_time,
    competition_id = given.competition_id,
    season_id = given.season_id,
    stage_id = given.stage_id,
    home_team_id = given.home_team_id,
    away_team_id = given.away_team_id,
    venue_id = given.venue_id,
    referee_id = given.referee_id,
    round_num = given.round_num,
    group_num = given.group_num,
    neutral = given.neutral,
    tbd = given.tbd,
    has_ot = given.has_ot,
    team_reverse = given.team_reverse,
    loss = given.loss,
    note = given.note,
    related_id = given.related_id,
    agg_home = (given.aggregate ->> 0)::smallint,
    agg_away = (given.aggregate ->> 1)::smallint,
    home_position = given.home_position,
    away_position = given.away_position,
    coverage = given.coverage,
    environment = given.environment,
    ended_ts = given.ended_ts
FROM
    json_to_recordset(%(rows)s) AS row (id text, schedule json),
    json_to_record(row.schedule) AS given (
        match_time bigint, competition_id text, season_id text, stage_id text, home_team_id text,
        away_team_id text, venue_id text, referee_id text, round_num integer, group_num integer,
        neutral boolean, tbd boolean, has_ot boolean, team_reverse boolean, loss boolean, note text,
        related_id text, aggregate json, home_position text, away_position text, coverage jsonb,
        environment jsonb, ended_ts bigint
    )
WHERE stored.external_id = row.id

-- save_deleted --
-- Follows `save` in the same transaction, so the row is ours already.
UPDATE ts_matches AS stored
SET deleted_at = CASE WHEN given.deleted THEN coalesce(stored.deleted_at, stored.updated_at) END
FROM json_to_recordset(%(rows)s) AS given (id text, deleted boolean)
WHERE stored.external_id = given.id

-- save_incidents --
INSERT INTO match_incident (match_id, ordinal, "position", revision, withdrawn_ts, first_seen_ts, what)
SELECT given.match_id, given.ordinal, given."position", given.revision, given.withdrawn_ts,
    given.first_seen_ts, given.what
FROM
    json_to_recordset(%(rows)s) AS given (
        match_id text, ordinal integer, "position" integer, revision integer, withdrawn_ts bigint,
        first_seen_ts bigint, what jsonb
    )
ON CONFLICT (match_id, ordinal) DO UPDATE SET
    "position" = excluded."position",
    revision = excluded.revision,
    withdrawn_ts = excluded.withdrawn_ts,
    what = excluded.what

-- append_revisions --
INSERT INTO kickoff_revision
(match_id, period, seq, kickoff_ts, delta_s, source, observed_at_ms, followed, reason)
SELECT given.*
FROM
    json_to_recordset(%(rows)s) AS given (
        match_id text, period text, seq integer, kickoff_ts bigint, delta_s bigint, source text,
        observed_at_ms bigint, followed boolean, reason text
    )

-- save_pauses --
-- A pause is appended open and closed once.
INSERT INTO match_pause (match_id, started_ts, ended_ts)
SELECT given.match_id, given.started_ts, given.ended_ts
FROM json_to_recordset(%(rows)s) AS given (match_id text, started_ts bigint, ended_ts bigint)
ON CONFLICT (match_id, started_ts) DO UPDATE SET ended_ts = excluded.ended_ts
WHERE match_pause.ended_ts IS NULL

-- save_commentary --
INSERT INTO match_tlive (match_id, lines)
SELECT given.match_id, given.lines
FROM json_to_recordset(%(rows)s) AS given (match_id text, lines jsonb)
ON CONFLICT (match_id) DO UPDATE SET lines = excluded.lines

-- save_lineup --
INSERT INTO match_lineup (match_id, lineup)
SELECT given.match_id, given.lineup
FROM json_to_recordset(%(rows)s) AS given (match_id text, lineup jsonb)
ON CONFLICT (match_id) DO UPDATE SET lineup = excluded.lineup

-- save_trend --
INSERT INTO match_trend (match_id, trend)
SELECT given.match_id, given.trend
FROM json_to_recordset(%(rows)s) AS given (match_id text, trend jsonb)
ON CONFLICT (match_id) DO UPDATE SET trend = excluded.trend

-- touch --
-- A source named them and nothing is new; which of them a live source named is kept beside.
UPDATE ts_matches SET
    last_seen_ts = greatest(last_seen_ts, %(now)s),
    last_live_seen_ts = CASE
        WHEN external_id = ANY(%(live)s) THEN greatest(last_live_seen_ts, %(now)s) ELSE last_live_seen_ts
    END
WHERE external_id = ANY(%(ids)s) AND (
    last_seen_ts IS NULL OR last_seen_ts < %(now)s
    OR (external_id = ANY(%(live)s) AND (last_live_seen_ts IS NULL OR last_live_seen_ts < %(now)s))
)
