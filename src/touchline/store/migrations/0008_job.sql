-- What runs by itself: what became of each slot, what came of each run, and how starts are spread.
--
-- Slots and `started_at`, `finished_at` are football time; heartbeats and whatever a lease is judged by are real.

-- One row a job and slot: whoever inserts it decides. A slot that is not handed over says why.
CREATE TABLE job_slot (
    job_name text NOT NULL CHECK (job_name <> ''),
    scheduled_for bigint NOT NULL,
    fate text NOT NULL CHECK (fate IN ('handed_over', 'skipped', 'superseded', 'paced')),
    planned_at timestamptz NOT NULL,
    stagger_offset_s bigint NOT NULL CHECK (stagger_offset_s BETWEEN 0 AND 59),
    made_up boolean NOT NULL DEFAULT FALSE,
    PRIMARY KEY (job_name, scheduled_for)
);
COMMENT ON COLUMN job_slot.scheduled_for IS 'The minute of the cron, without the offset; Unix seconds.';
COMMENT ON COLUMN job_slot.fate IS
'skipped: nobody planned at the time. superseded: a later slot took its place. paced: too soon after the one before.';
COMMENT ON COLUMN job_slot.planned_at IS 'Real time.';
COMMENT ON COLUMN job_slot.made_up IS 'Handed over after its time, so it did not start at its offset.';

CREATE INDEX job_slot_by_age ON job_slot (scheduled_for);

CREATE TABLE job_execution_logs (
    run_id text PRIMARY KEY CHECK (run_id <> ''),
    job_name text NOT NULL CHECK (job_name <> ''),
    scheduled_for bigint NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    heartbeat_at timestamptz NOT NULL,
    status text NOT NULL CHECK (
        status IN (
            'running', 'success', 'failed', 'timeout', 'cancelled', 'lost', 'skipped_overlap', 'skipped_lock'
        )
    ),
    duration_ms bigint CHECK (duration_ms >= 0),
    items_processed bigint NOT NULL DEFAULT 0 CHECK (items_processed >= 0),
    items_failed bigint NOT NULL DEFAULT 0 CHECK (items_failed >= 0),
    error text NOT NULL DEFAULT '',
    node text NOT NULL CHECK (node <> ''),
    schedule text NOT NULL CHECK (schedule <> ''),
    effective_schedule text NOT NULL CHECK (effective_schedule <> ''),
    stagger_offset_s bigint NOT NULL CHECK (stagger_offset_s BETWEEN 0 AND 59),
    lock text NOT NULL CHECK (lock <> ''),
    CONSTRAINT a_run_that_ended_has_an_end CHECK (
        (status = 'running') = (finished_at IS NULL) AND (status = 'running') = (duration_ms IS NULL)
    )
);
COMMENT ON COLUMN job_execution_logs.heartbeat_at IS 'Real time; a run that is silent for longer than a lease is lost.';
COMMENT ON COLUMN job_execution_logs.effective_schedule IS
'The cron with its offset; `manual` for a run by hand, `made up` for one after its time.';
COMMENT ON COLUMN job_execution_logs.node IS 'A process, by a name that no other start of it has.';

CREATE INDEX job_execution_logs_by_job ON job_execution_logs (job_name, started_at DESC);
CREATE INDEX job_execution_logs_by_age ON job_execution_logs (scheduled_for);
-- One run a slot. A run by hand has an instant of its own.
CREATE UNIQUE INDEX job_execution_logs_slot ON job_execution_logs (job_name, scheduled_for)
WHERE effective_schedule <> 'manual';
-- One run a lock, over all processes.
CREATE UNIQUE INDEX job_execution_logs_lock ON job_execution_logs (lock) WHERE status = 'running';

CREATE TRIGGER an_end_is_final BEFORE UPDATE ON job_execution_logs
FOR EACH ROW WHEN (old.status <> 'running') EXECUTE FUNCTION refuse('a run that has ended does not change');

-- What can be switched while everything runs. `version` grows with each switch; a planner says which one it obeys.
CREATE TABLE runtime_flag (
    name text PRIMARY KEY CHECK (name <> ''),
    value boolean NOT NULL,
    version bigint NOT NULL CHECK (version >= 1),
    set_at timestamptz NOT NULL
);

-- The planners that live, each with the version of the flag `stagger` it goes by.
CREATE TABLE job_planner (
    node text PRIMARY KEY CHECK (node <> ''),
    stagger boolean NOT NULL,
    stagger_version bigint NOT NULL CHECK (stagger_version >= 0),
    beat_at timestamptz NOT NULL
);
COMMENT ON COLUMN job_planner.beat_at IS 'Real time; one that is silent for longer than a lease is no more.';

-- Who changed what by hand. Rows are added, never changed.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> ''),
    what text NOT NULL CHECK (what <> ''),
    before jsonb,
    after jsonb
);
COMMENT ON COLUMN audit_log.at IS 'Real time.';
CREATE TRIGGER an_audit_is_final BEFORE UPDATE OR DELETE ON audit_log
FOR EACH ROW EXECUTE FUNCTION refuse('what was audited does not change');
