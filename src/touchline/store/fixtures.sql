-- What ingest asks about the rows the schedule has made.

-- count --
-- ts_matches_by_time
SELECT count(*) FROM ts_matches
WHERE match_time >= %(start)s AND match_time < %(end)s AND deleted_at IS NULL

-- unsettled --
-- Matches of the last days whose history was asked for and has not settled the counts; the newest first.
-- ts_matches_by_time
SELECT external_id FROM ts_matches
WHERE
    match_time BETWEEN %(now)s - 3 * 86400 AND %(now)s
    AND (pending ->> 'history_asked')::boolean
    AND coalesce(provenance -> 'counts' ->> 'source', '') NOT IN ('live_history', 'operator')
    AND deleted_at IS NULL
ORDER BY match_time DESC, external_id
LIMIT %(most)s

-- unnamed --
-- Competitions and teams of recent and coming matches that the catalogue does not have; competitions first.
WITH named AS (
    SELECT competition_id, home_team_id, away_team_id FROM ts_matches
    WHERE match_time BETWEEN %(now)s - 3 * 86400 AND %(now)s + 3 * 86400 AND deleted_at IS NULL
),

wanted AS (
    SELECT 'competition' AS kind, competition_id AS id FROM named
    UNION
    SELECT 'team', home_team_id FROM named
    UNION
    SELECT 'team', away_team_id FROM named
)

SELECT w.kind, w.id FROM wanted AS w
WHERE
    w.id <> ''
    AND NOT EXISTS (SELECT FROM catalogue AS c WHERE c.kind = w.kind AND c.id = w.id)
ORDER BY w.kind, w.id
LIMIT %(most)s

-- anything_in_play --
-- ts_matches_live
SELECT EXISTS (SELECT FROM ts_matches WHERE status_id IN (2, 3, 4, 5, 7) AND deleted_at IS NULL)

-- want_lineup --
-- ts_matches_live, ts_matches_expected
SELECT m.external_id
FROM ts_matches AS m
LEFT JOIN match_lineup AS l ON m.external_id = l.match_id
WHERE
    m.coverage ->> 'lineup' = '1'
    AND m.deleted_at IS NULL
    AND (
        m.status_id IN (2, 3, 4, 5, 7)
        OR (
            m.status_id = 1
            AND m.match_time BETWEEN %(now)s::bigint - %(late_s)s::bigint AND %(now)s::bigint + %(ahead_s)s::bigint
            AND NOT coalesce((l.lineup ->> 'confirmed')::boolean, FALSE)
        )
    )
ORDER BY l.match_id IS NOT NULL, m.match_time, m.external_id

-- want_last_word --
-- The statistics of the halves of a match that has statistics; trend and line-up of one that has them already.
-- What was said before the end is not the last word. ts_matches_by_time
SELECT want.part, m.external_id
FROM ts_matches AS m
CROSS JOIN LATERAL (
    VALUES
    ('halves', m.statistics <> '[]'::jsonb),
    ('trend', m.provenance ? 'trend'),
    ('lineup', m.provenance ? 'lineup')
) AS want (part, has)
WHERE
    m.status_id = 8
    AND m.match_time BETWEEN %(from_ts)s::bigint - %(longest_s)s::bigint AND %(until_ts)s::bigint
    AND m.phase_entered_ts BETWEEN %(from_ts)s::bigint AND %(until_ts)s::bigint
    AND m.deleted_at IS NULL
    AND want.has
    AND coalesce((m.provenance -> want.part ->> 'observed_at_ms')::bigint, 0) < m.phase_entered_ts * 1000
ORDER BY m.phase_entered_ts, m.external_id, want.part

-- followed --
SELECT external_id FROM ts_matches
WHERE
    external_id = ANY(%(ids)s)
    AND match_time BETWEEN %(from_ts)s AND %(until_ts)s
    AND deleted_at IS NULL

-- sides --
SELECT external_id, home_team_id, away_team_id FROM ts_matches WHERE external_id = ANY(%(ids)s)
