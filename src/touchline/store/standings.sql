Tables of seasons: whole each time, never replaced by an older one.

-- save --
-- Equal content moves nothing. A table without a time of its own is as new as its answer.
INSERT INTO standing
(season_id, table_id, stage_id, conference, group_num, teams, promotions, provider_ts, updated_at)
SELECT
    given.season_id, given.table_id, given.stage_id, given.conference, given.group_num, given.teams,
    given.promotions, given.provider_ts, to_timestamp(%(now)s)
FROM
    json_to_recordset(%(rows)s) AS given (
        season_id text, table_id text, stage_id text, conference text, group_num integer, teams jsonb,
        promotions jsonb, provider_ts bigint
    )
ON CONFLICT (season_id, table_id) DO UPDATE SET
    stage_id = excluded.stage_id,
    conference = excluded.conference,
    group_num = excluded.group_num,
    teams = excluded.teams,
    promotions = excluded.promotions,
    provider_ts = excluded.provider_ts,
    updated_at = excluded.updated_at
WHERE
    (excluded.provider_ts = 0 OR excluded.provider_ts >= standing.provider_ts)
    AND (
        (standing.stage_id, standing.conference, standing.group_num, standing.teams, standing.promotions)
        IS DISTINCT FROM
        (excluded.stage_id, excluded.conference, excluded.group_num, excluded.teams, excluded.promotions)
    )
RETURNING season_id

-- of_season --
SELECT table_id, stage_id, conference, group_num, teams::text, promotions::text, provider_ts
FROM standing
WHERE season_id = %(season_id)s
ORDER BY group_num, conference, table_id

-- played --
-- Which of the seasons have a match around now: a table of another one is yesterday's. ts_matches_by_time
SELECT DISTINCT season_id FROM ts_matches
WHERE
    match_time BETWEEN %(now)s::bigint - %(around_s)s::bigint AND %(now)s::bigint + %(around_s)s::bigint
    AND deleted_at IS NULL
    AND season_id = ANY(%(ids)s)

-- want --
INSERT INTO standing_wanted (season_id, wanted_ts)
SELECT unnest(%(ids)s::text []), %(now)s::bigint
ON CONFLICT (season_id) DO UPDATE SET wanted_ts = excluded.wanted_ts

-- wanted --
SELECT season_id, wanted_ts FROM standing_wanted ORDER BY wanted_ts, season_id LIMIT %(most)s

-- got --
-- Not what was wanted again meanwhile.
DELETE FROM standing_wanted WHERE season_id = %(season_id)s AND wanted_ts <= %(wanted_ts)s
