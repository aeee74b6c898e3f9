What is kept for a while only.

-- changes --
-- See migration 0013: what it keeps, and that a reader below the floor begins afresh.
SELECT looked_at, removed FROM prune_change(%(before_ms)s, %(most)s)

-- payloads --
DELETE FROM raw_payload
WHERE id IN (
    SELECT id FROM raw_payload WHERE kept_at < to_timestamp(%(before_ts)s) ORDER BY id LIMIT %(most)s
)
