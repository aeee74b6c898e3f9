-- Real time inside the database, and what one process of a cluster does for all.

-- Leases, time-outs and heartbeats are judged by the database's own clock, the one clock that all processes share.
-- They ask here, not clock_timestamp(): whoever proves the system under a clock of his own replaces this one function.
CREATE FUNCTION real_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS 'SELECT clock_timestamp()';

-- Who does what only one may do at a time. A lease that nobody keeps up ends by itself.
CREATE TABLE lease (
    name text PRIMARY KEY CHECK (name <> ''),
    holder text NOT NULL CHECK (holder <> ''),
    taken_at timestamptz NOT NULL,
    until timestamptz NOT NULL
);
COMMENT ON COLUMN lease.holder IS 'A process, by a name that no other start of it has.';
COMMENT ON COLUMN lease.taken_at IS 'Since when it has been held without a break. Real time, as is `until`.';
