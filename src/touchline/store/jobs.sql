-- Slots, hand-overs and runs. `now_ms` is football time; leases and heartbeats go by real_now().

-- newest --
-- The newest slot of each job that was ever decided.
SELECT given.name, (SELECT max(s.scheduled_for) FROM job_slot AS s WHERE s.job_name = given.name) AS scheduled_for
FROM unnest(%(names)s::text []) AS given (name)

-- plan --
-- Whoever inserts a slot has decided it; the others get no row back.
INSERT INTO job_slot (job_name, scheduled_for, fate, planned_at, stagger_offset_s, made_up)
SELECT g.job_name, g.scheduled_for, g.fate, real_now(), g.offset_s, g.made_up
FROM json_to_recordset(%(slots)s) AS g (
    job_name text, scheduled_for bigint, fate text, offset_s bigint, made_up boolean
)
ON CONFLICT (job_name, scheduled_for) DO NOTHING
RETURNING job_name, scheduled_for

-- undecide --
-- Slots that are still to come.
DELETE FROM job_slot AS s USING (
    SELECT early.job_name, early.scheduled_for FROM job_slot AS early
    WHERE early.scheduled_for > %(after)s
    ORDER BY early.scheduled_for, early.job_name
    LIMIT %(limit)s
) AS gone
WHERE s.job_name = gone.job_name AND s.scheduled_for = gone.scheduled_for

-- hand_over --
-- Tickets into the queues of their lanes; a trigger wakes the workers at commit.
SELECT
    procrastinate_defer_jobs_v1(
        array_agg(
            ROW(g.ticket ->> 'lane', 'run', 0, NULL, NULL, g.ticket::jsonb, NULL)::procrastinate_job_to_defer_v1
            ORDER BY g.place
        )
    )
FROM json_array_elements(%(tickets)s) WITH ORDINALITY AS g (ticket, place)

-- pending --
-- Slots that were handed over and that nobody has begun, in the order in which they were planned.
SELECT s.job_name, s.scheduled_for, s.stagger_offset_s AS offset_s, s.made_up
FROM job_slot AS s
WHERE
    s.fate = 'handed_over' AND s.scheduled_for >= %(since)s
    AND NOT EXISTS (
        SELECT FROM job_execution_logs AS r
        WHERE r.job_name = s.job_name AND r.scheduled_for = s.scheduled_for AND r.effective_schedule <> 'manual'
    )
ORDER BY s.planned_at, s.job_name, s.scheduled_for

-- supersede --
-- Give a slot up for a later one that was handed over as well, or that should have been by now. One that is still to
-- come was handed over by a clock that runs ahead, and is no reason.
UPDATE job_slot AS s SET fate = 'superseded'
WHERE
    s.job_name = %(job_name)s AND s.scheduled_for = %(scheduled_for)s AND s.fate = 'handed_over'
    AND (
        %(overdue)s::boolean
        OR EXISTS (
            SELECT FROM job_slot AS later
            WHERE
                later.job_name = s.job_name AND later.scheduled_for > s.scheduled_for
                AND later.scheduled_for <= %(now)s AND later.fate = 'handed_over'
        )
    )

-- lose --
-- A holder of the lock that has been silent for longer than a lease is no more.
UPDATE job_execution_logs SET
    status = 'lost',
    finished_at = to_timestamp(%(now_ms)s / 1000.0),
    duration_ms = greatest(0, %(now_ms)s - extract(EPOCH FROM started_at) * 1000)::bigint,
    error = 'no heartbeat'
WHERE
    lock = %(lock)s AND status = 'running'
    AND heartbeat_at < real_now() - make_interval(secs => %(lease_s)s::float8)
RETURNING run_id, job_name

-- lose_any --
-- The same, whatever the lock; who is just being ended by somebody else is left to him.
UPDATE job_execution_logs AS r SET
    status = 'lost',
    finished_at = to_timestamp(%(now_ms)s / 1000.0),
    duration_ms = greatest(0, %(now_ms)s - extract(EPOCH FROM r.started_at) * 1000)::bigint,
    error = 'no heartbeat'
FROM (
    SELECT run_id FROM job_execution_logs
    WHERE
        status = 'running' AND heartbeat_at < real_now() - make_interval(secs => %(lease_s)s::float8)
    ORDER BY heartbeat_at, run_id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
) AS silent
WHERE r.run_id = silent.run_id
RETURNING r.run_id, r.job_name

-- begin --
-- Nothing comes back where the slot was begun before, or somebody holds the lock.
INSERT INTO job_execution_logs (
    run_id, job_name, scheduled_for, started_at, heartbeat_at, status, node, schedule, effective_schedule,
    stagger_offset_s, lock
) VALUES (
    %(run_id)s, %(job_name)s, %(scheduled_for)s, to_timestamp(%(now_ms)s / 1000.0), real_now(), 'running', %(node)s,
    %(schedule)s, %(effective_schedule)s, %(offset_s)s, %(lock)s
)
ON CONFLICT DO NOTHING
RETURNING run_id

-- in_the_way --
-- Why a run could not begin: it was begun before, or somebody holds the lock.
SELECT run_id, job_name FROM job_execution_logs
WHERE run_id = %(run_id)s OR (lock = %(lock)s AND status = 'running')
ORDER BY run_id <> %(run_id)s

-- skip --
INSERT INTO job_execution_logs (
    run_id, job_name, scheduled_for, started_at, finished_at, heartbeat_at, status, duration_ms, node, schedule,
    effective_schedule, stagger_offset_s, lock
) VALUES (
    %(run_id)s, %(job_name)s, %(scheduled_for)s, to_timestamp(%(now_ms)s / 1000.0),
    to_timestamp(%(now_ms)s / 1000.0), real_now(), %(status)s, 0, %(node)s, %(schedule)s, %(effective_schedule)s,
    %(offset_s)s, %(lock)s
)
ON CONFLICT DO NOTHING

-- beat --
UPDATE job_execution_logs SET heartbeat_at = real_now()
WHERE run_id = %(run_id)s AND status = 'running'

-- end --
-- Compare and set: a run that is lost stays lost.
UPDATE job_execution_logs SET
    status = %(status)s,
    finished_at = to_timestamp(%(now_ms)s / 1000.0),
    heartbeat_at = real_now(),
    duration_ms = %(duration_ms)s,
    items_processed = %(items)s,
    items_failed = %(failed)s,
    error = %(error)s
WHERE run_id = %(run_id)s AND status = 'running'

-- take_back --
-- Tickets that were taken from the queue a lease ago and are not being run: their taker is no more, or lost the
-- database. They leave the queue; those never begun come back as rows.
WITH stale AS (
    SELECT q.id FROM procrastinate_jobs AS q
    WHERE
        q.status <> 'todo'
        AND NOT EXISTS (
            SELECT FROM job_execution_logs AS r
            WHERE r.run_id = q.args ->> 'run_id' AND r.status = 'running'
        )
        AND NOT EXISTS (
            SELECT FROM procrastinate_events AS e
            WHERE
                e.job_id = q.id AND e.type = 'started'
                AND e.at > real_now() - make_interval(secs => %(lease_s)s::float8)
        )
    ORDER BY q.id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
),

gone AS (
    DELETE FROM procrastinate_jobs AS q USING stale WHERE q.id = stale.id
    RETURNING q.args
)

SELECT gone.args::text FROM gone
WHERE NOT EXISTS (SELECT FROM job_execution_logs AS r WHERE r.run_id = gone.args ->> 'run_id')

-- forget_runs --
DELETE FROM job_execution_logs WHERE run_id IN (
    SELECT run_id FROM job_execution_logs
    WHERE scheduled_for < %(before)s AND status <> 'running'
    ORDER BY scheduled_for
    LIMIT %(limit)s
)

-- forget_slots --
-- The newest of each job stays: it says up to where everything is decided.
DELETE FROM job_slot AS s USING (
    SELECT old.job_name, old.scheduled_for FROM job_slot AS old
    WHERE
        old.scheduled_for < %(before)s
        AND old.scheduled_for < (SELECT max(n.scheduled_for) FROM job_slot AS n WHERE n.job_name = old.job_name)
    ORDER BY old.scheduled_for
    LIMIT %(limit)s
) AS gone
WHERE s.job_name = gone.job_name AND s.scheduled_for = gone.scheduled_for

-- obey --
INSERT INTO job_planner AS p (node, stagger, stagger_version, beat_at)
VALUES (%(node)s, %(stagger)s, %(version)s, real_now())
ON CONFLICT (node) DO UPDATE SET
    stagger = excluded.stagger, stagger_version = excluded.stagger_version, beat_at = excluded.beat_at

-- leave --
DELETE FROM job_planner WHERE node = %(node)s

-- planners --
SELECT node, stagger, stagger_version FROM job_planner
WHERE beat_at > real_now() - make_interval(secs => %(lease_s)s::float8)
ORDER BY node

-- forget_processes --
-- Planners and takers of tickets that have been gone for a day.
WITH planners AS (
    DELETE FROM job_planner WHERE beat_at < real_now() - INTERVAL '1 day' RETURNING node
),

takers AS (
    DELETE FROM procrastinate_workers WHERE last_heartbeat < real_now() - INTERVAL '1 day' RETURNING id
)

SELECT (SELECT count(*) FROM planners) + (SELECT count(*) FROM takers) AS forgotten
