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
