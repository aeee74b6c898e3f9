What the minute engine reads, and its one UPDATE. It writes `minute` and `last_minute_update_ts`
and nothing else: no version, no updated_at.

-- page --
-- ts_matches_live; matches in which the clock runs, page by page.
SELECT
    external_id, version, status_id, phase_entered_ts, phase_seen_live, first_half_kickoff_ts,
    second_half_kickoff_ts, overtime_kickoff_ts, minute, last_minute_update_ts
FROM ts_matches
WHERE status_id IN (2, 4, 5) AND deleted_at IS NULL AND external_id > %(after)s
ORDER BY external_id
LIMIT %(limit)s

-- some --
SELECT
    external_id, version, status_id, phase_entered_ts, phase_seen_live, first_half_kickoff_ts,
    second_half_kickoff_ts, overtime_kickoff_ts, minute, last_minute_update_ts
FROM ts_matches
WHERE external_id = any(%(ids)s) AND status_id IN (2, 4, 5) AND deleted_at IS NULL

-- revisions --
SELECT match_id, period, seq, kickoff_ts, delta_s, source, observed_at_ms, followed, reason
FROM kickoff_revision
WHERE match_id = any(%(ids)s)
ORDER BY match_id, period, seq

-- pauses --
SELECT match_id, started_ts, ended_ts
FROM match_pause
WHERE match_id = any(%(ids)s)
ORDER BY match_id, started_ts

-- tick --
-- Only rows that are still as they were when their minute was worked out (version), and only where it
-- is a later one, or the stored one is of an earlier period: of two engines the slower one takes nothing
-- back. Locked in the order of external_id; a row somebody else holds is left out and tried again, so that
-- one slow writer never delays the other minutes.
WITH given AS (
    SELECT id, version, minute, counts_from
    FROM json_to_recordset(%(minutes)s) AS g (id text, version bigint, minute smallint, counts_from bigint)
),

due AS (
    SELECT m.external_id, given.minute, given.counts_from
    FROM given
    INNER JOIN ts_matches AS m ON given.id = m.external_id AND given.version = m.version
    WHERE m.minute IS NULL OR m.minute < given.minute OR m.last_minute_update_ts < given.counts_from
    ORDER BY m.external_id
    FOR NO KEY UPDATE OF m SKIP LOCKED
)

UPDATE ts_matches AS m
SET minute = due.minute, last_minute_update_ts = greatest(%(now)s, due.counts_from)
FROM due
WHERE m.external_id = due.external_id
RETURNING
    m.external_id, m.version, m.status_id, m.minute, m.last_minute_update_ts, m.provider_update_time,
    m.home_score_display, m.away_score_display
