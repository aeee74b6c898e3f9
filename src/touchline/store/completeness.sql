Matches that are over and not whole.

-- due --
-- idx_ts_matches_data_completeness: `reason` is there only while something is open. Not provisional: as
-- football/status.py has it. The n-th wait is twice as long as the one before it.
SELECT m.external_id, m.data_completeness::text
FROM ts_matches AS m
CROSS JOIN LATERAL (
    SELECT
        coalesce((m.data_completeness ->> 'attempts')::integer, 0) AS attempts,
        (m.data_completeness ->> 'checked_at')::bigint AS checked_at
) AS known
WHERE
    m.data_completeness ? 'reason'
    AND m.status_id = 8
    AND m.deleted_at IS NULL
    AND m.phase_entered_ts BETWEEN %(now)s::bigint - %(back_s)s::bigint AND %(now)s::bigint - %(provisional_s)s::bigint
    AND coalesce((m.pending ->> 'contested_at_ms')::bigint, 0) <= (%(now)s::bigint - %(provisional_s)s::bigint) * 1000
    AND known.attempts < %(attempts_max)s
    AND (
        known.checked_at IS NULL
        OR known.checked_at + (%(wait_s)s::bigint << greatest(known.attempts - 1, 0)) <= %(now)s::bigint
    )
ORDER BY known.checked_at NULLS FIRST, m.phase_entered_ts, m.external_id
LIMIT %(most)s

-- save --
-- What the halves have and what of it is verified: nothing of the match itself.
UPDATE ts_matches AS stored
SET
    version = stored.version + 1,
    updated_at = CASE WHEN given.visible THEN to_timestamp(%(now)s) ELSE stored.updated_at END,
    statistics_second_half = coalesce(given.second_half_stats, stored.statistics_second_half),
    incidents_first_half = coalesce(given.incidents_first_half, stored.incidents_first_half),
    incidents_second_half = coalesce(given.incidents_second_half, stored.incidents_second_half),
    incidents_extra = coalesce(given.incidents_extra, stored.incidents_extra),
    data_completeness = given.data_completeness
FROM
    json_to_recordset(%(rows)s) AS given (
        id text, version bigint, visible boolean, second_half_stats jsonb, incidents_first_half jsonb,
        incidents_second_half jsonb, incidents_extra jsonb, data_completeness jsonb
    )
WHERE stored.external_id = given.id AND stored.version = given.version
RETURNING stored.external_id
