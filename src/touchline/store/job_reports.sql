-- What the history of jobs says, for people.

-- overview --
SELECT
    given.name AS job_name,
    last.status,
    extract(EPOCH FROM last.started_at)::float8 AS started_at,
    last.duration_ms,
    (
        SELECT count(*) FROM job_execution_logs AS f
        WHERE
            f.job_name = given.name AND f.started_at > to_timestamp(%(since)s)
            AND f.status IN ('failed', 'timeout', 'lost')
    ) AS failures
FROM unnest(%(names)s::text []) WITH ORDINALITY AS given (name, place)
LEFT JOIN LATERAL (
    SELECT r.status, r.started_at, r.duration_ms FROM job_execution_logs AS r
    WHERE r.job_name = given.name
    ORDER BY r.started_at DESC, r.run_id
    LIMIT 1
) AS last ON TRUE
ORDER BY given.place

-- history --
SELECT
    run_id, job_name, scheduled_for, extract(EPOCH FROM started_at)::float8 AS started_at, status, duration_ms,
    items_processed, items_failed, error, node, effective_schedule
FROM job_execution_logs
WHERE job_name = %(job_name)s
ORDER BY started_at DESC, run_id
LIMIT %(limit)s

-- run --
SELECT
    run_id, job_name, scheduled_for, extract(EPOCH FROM started_at)::float8 AS started_at, status, duration_ms,
    items_processed, items_failed, error, node, effective_schedule
FROM job_execution_logs
WHERE run_id = %(run_id)s

-- starts --
-- Starts that had an offset to keep: no skips, nothing by hand, nothing made up for.
SELECT
    job_name, scheduled_for, extract(EPOCH FROM started_at)::float8 AS started_at, stagger_offset_s AS offset_s
FROM job_execution_logs
WHERE
    started_at > to_timestamp(%(since)s)
    AND status NOT IN ('skipped_overlap', 'skipped_lock')
    AND effective_schedule NOT IN ('manual', 'made up')
ORDER BY started_at

-- p95 --
SELECT job_name, percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_ms) / 1000.0::float8 AS p95_s
FROM job_execution_logs
WHERE
    started_at > to_timestamp(%(since)s) AND status IN ('success', 'failed', 'timeout')
    AND effective_schedule NOT IN ('manual', 'made up')
GROUP BY job_name
