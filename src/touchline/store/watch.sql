What time alone changes, and up to when it has been told. The row of a watch is held while it looks, so that
any number of processes may watch and everything is told once.

-- hold --
-- A process that is stopped while it holds the row must not hold up the others: the server ends such a transaction.
WITH bound AS MATERIALIZED (
    SELECT set_config('idle_in_transaction_session_timeout', (%(paused_s)s::float8 * 1000)::bigint::text, TRUE) AS ms
)

SELECT w.told_ts, w.alarm, w.alarm_ts
FROM bound, watch AS w
WHERE w.name = %(name)s
FOR UPDATE OF w

-- told --
-- Nobody relies on being told any longer than `awake_s` real seconds after this.
UPDATE watch SET
    told_ts = %(told_ts)s,
    awake_until = real_now() + make_interval(secs => %(awake_s)s::float8)
WHERE name = %(name)s

-- alarm --
UPDATE watch SET alarm = %(alarm)s, alarm_ts = %(now)s WHERE name = %(name)s

-- barrier --
-- Why nobody can be asked, by what ingest says of the provider's channel: not an old word, nor one that has just changed.
-- A refusal may be of one call alone: it counts when the latest question met it too, and is tried again after a while.
SELECT CASE
    WHEN p.state = 'down' THEN 'circuit_open'
    WHEN
        p.state = 'refused' AND EXISTS (
            SELECT FROM (
                SELECT r.reason, r.asked_ts FROM reconcile_request AS r
                WHERE r.outcome IS NOT NULL
                ORDER BY r.id DESC
                LIMIT 1
            ) AS latest
            WHERE latest.reason = 'REFUSED' AND latest.asked_ts > %(now)s::bigint - %(cooldown_s)s::bigint
        )
        THEN 'refused'
END
FROM provider_state AS p
WHERE
    p.channel = %(channel)s
    AND p.updated_at > real_now() - make_interval(secs => %(fresh_s)s::float8)
    AND p.since_at <= real_now() - make_interval(secs => %(steady_s)s::float8)

-- awake --
SELECT count(*) = 2 FROM watch WHERE awake_until > real_now()

-- crossed --
-- Matches that came into the live window by the clock since `told_ts`, or fell out of it. ts_matches_expected
SELECT external_id FROM ts_matches
WHERE
    status_id = 1
    AND deleted_at IS NULL
    AND (
        (match_time > %(told_ts)s AND match_time <= %(now)s)
        OR (
            match_time >= %(told_ts)s::bigint - %(window_s)s::bigint
            AND match_time < %(now)s::bigint - %(window_s)s::bigint
        )
    )
ORDER BY match_time, external_id
LIMIT %(most)s

-- next_crossing --
-- The next instant at which a match comes into the window or falls out of it; NULL where none is in sight.
SELECT least(
    (SELECT min(match_time) FROM ts_matches WHERE status_id = 1 AND match_time > %(now)s AND deleted_at IS NULL),
    (
        SELECT min(match_time) + %(window_s)s::bigint + 1 FROM ts_matches
        WHERE status_id = 1 AND match_time >= %(now)s::bigint - %(window_s)s::bigint AND deleted_at IS NULL
    )
)
