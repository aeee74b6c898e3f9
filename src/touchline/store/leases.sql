-- Who does what only one process of the cluster may do. All times are real.

-- take --
-- The holder keeps what he has; anybody gets what has run out. No row: it is somebody else's. A process that is stopped
-- right here, with the row locked, must not hold up the others: the server ends such a transaction after a lease's length.
WITH bound AS MATERIALIZED (
    SELECT set_config('idle_in_transaction_session_timeout', (%(ttl_s)s::float8 * 1000)::bigint::text, TRUE) AS ms
)

INSERT INTO lease AS held (name, holder, taken_at, until)
SELECT %(name)s, %(holder)s, real_now(), real_now() + make_interval(secs => %(ttl_s)s::float8)
FROM bound
ON CONFLICT (name) DO UPDATE SET
    holder = excluded.holder,
    taken_at = CASE WHEN held.holder = excluded.holder THEN held.taken_at ELSE excluded.taken_at END,
    until = excluded.until
WHERE held.holder = excluded.holder OR held.until <= real_now()
RETURNING held.name

-- release --
UPDATE lease SET until = real_now()
WHERE holder = %(holder)s AND until > real_now()
