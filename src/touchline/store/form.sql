What came before a match.

-- want --
-- Coming matches whose analysis was not asked for, or long ago; the next to begin first. ts_matches_expected
SELECT m.external_id
FROM ts_matches AS m
LEFT JOIN match_h2h AS h ON m.external_id = h.match_id
WHERE
    m.status_id = 1
    AND m.match_time BETWEEN %(now)s::bigint AND %(now)s::bigint + %(ahead_s)s::bigint
    AND m.deleted_at IS NULL
    AND coalesce(h.asked_ts, 0) <= %(now)s::bigint - %(again_s)s::bigint
ORDER BY m.match_time, m.external_id
LIMIT %(most)s

-- save_analysis --
-- No analysis leaves what stands, and is remembered as asked for.
INSERT INTO match_h2h (match_id, analysis, asked_ts)
VALUES (%(match_id)s, %(analysis)s::jsonb, %(now)s)
ON CONFLICT (match_id) DO UPDATE SET
    analysis = coalesce(excluded.analysis, match_h2h.analysis),
    asked_ts = greatest(excluded.asked_ts, match_h2h.asked_ts)

-- save_tallies --
-- Of matches we have; an older or equal count changes nothing.
INSERT INTO match_h2h (match_id, tally, asked_ts)
SELECT given.match_id, given.tally, 0
FROM json_to_recordset(%(rows)s) AS given (match_id text, tally jsonb)
INNER JOIN ts_matches AS m ON given.match_id = m.external_id
ON CONFLICT (match_id) DO UPDATE SET tally = excluded.tally
WHERE
    match_h2h.tally IS NULL
    OR (
        match_h2h.tally <> excluded.tally
        AND (match_h2h.tally ->> 'updated_at')::bigint <= (excluded.tally ->> 'updated_at')::bigint
    )
RETURNING match_id

-- of_match --
SELECT analysis::text, tally::text FROM match_h2h WHERE match_id = %(match_id)s
