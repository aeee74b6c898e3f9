-- What the history of jobs says.

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
            AND f.status IN ('failed', 'timeout', 'lost', 'cancelled')
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

-- not_done --
-- Jobs whose latest slot was handed over and failed, unless somebody has run them since. Where items failed the run went
-- to its end: to repeat it would only say the same.
SELECT r.job_name, r.scheduled_for, extract(EPOCH FROM r.finished_at)::float8 AS ended_at
FROM unnest(%(names)s::text []) AS given (name)
CROSS JOIN LATERAL (
    SELECT s.job_name, s.scheduled_for FROM job_slot AS s
    WHERE s.job_name = given.name
    ORDER BY s.scheduled_for DESC
    LIMIT 1
) AS latest
INNER JOIN job_execution_logs AS r
    ON latest.job_name = r.job_name AND latest.scheduled_for = r.scheduled_for AND r.effective_schedule <> 'manual'
WHERE
    (r.status IN ('timeout', 'cancelled', 'lost') OR (r.status = 'failed' AND r.items_failed = 0))
    AND NOT EXISTS (
        SELECT FROM job_execution_logs AS since
        WHERE
            since.job_name = r.job_name AND since.started_at >= r.started_at AND since.run_id <> r.run_id
            AND since.status IN ('running', 'success')
    )
ORDER BY r.finished_at, r.job_name
