What could not be read: kept whole, the newest only.

-- keep --
INSERT INTO raw_payload (kind, reason, match_id, payload, kept_at)
SELECT given.kind, given.reason, given.match_id, given.payload, to_timestamp(%(now)s)
FROM unnest(%(kinds)s::text [], %(reasons)s::text [], %(match_ids)s::text [], %(payloads)s::bytea [])
    WITH ORDINALITY AS given (kind, reason, match_id, payload, place)
ORDER BY given.place

-- bound --
-- Counts from the newest: what lies beyond either limit goes.
DELETE FROM raw_payload
WHERE id <= (
    SELECT max(aged.id)
    FROM (
        SELECT
            id, row_number() OVER newest_first AS number, sum(bytes) OVER newest_first AS bytes_so_far
        FROM raw_payload
        WINDOW newest_first AS (ORDER BY id DESC)
    ) AS aged
    WHERE aged.number > %(rows_max)s OR aged.bytes_so_far > %(bytes_max)s
)
