Questions about single matches that one part asks and ingest answers.

-- ask --
-- One open question a match and cause, and none within its cool-down whoever asked. No row: there was one. What was
-- asked by a clock that ran ahead does not hold back anybody.
INSERT INTO reconcile_request (match_id, cause, asked_ts, asked_at)
SELECT wanted.match_id, %(cause)s, %(now)s, real_now()
FROM unnest(%(ids)s::text []) WITH ORDINALITY AS wanted (match_id, place)
WHERE NOT EXISTS (
    SELECT FROM reconcile_request AS r
    WHERE
        r.match_id = wanted.match_id AND r.cause = %(cause)s
        AND r.asked_ts > %(now)s::bigint - %(cooldown_s)s::bigint AND r.asked_ts <= %(now)s
)
ORDER BY wanted.place
ON CONFLICT (match_id, cause) WHERE outcome IS NULL DO NOTHING
RETURNING match_id

-- take --
-- The oldest that nobody answers; a taker that died loses them. Those that somebody else takes just now are left out.
WITH due AS (
    SELECT r.id FROM reconcile_request AS r
    WHERE r.outcome IS NULL AND (r.taken_until IS NULL OR r.taken_until <= real_now())
    ORDER BY r.id
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)

UPDATE reconcile_request AS r
SET taken_by = %(taker)s, taken_until = real_now() + make_interval(secs => %(taken_s)s::float8)
FROM due, ts_matches AS m
WHERE r.id = due.id AND m.external_id = r.match_id
RETURNING r.id, r.match_id, r.cause, m.match_time

-- put_back --
UPDATE reconcile_request SET taken_by = '', taken_until = NULL
WHERE id = ANY(%(ids)s) AND taken_by = %(taker)s AND outcome IS NULL

-- answer --
-- Whoever lost a question to another taker answers it no more.
UPDATE reconcile_request AS r
SET
    outcome = given.outcome, groups = given.groups, reason = given.reason, duration_ms = given.duration_ms,
    taken_until = NULL
FROM json_to_recordset(%(rows)s) AS given (
    id bigint, outcome text, groups text [], reason text, duration_ms integer
)
WHERE r.id = given.id AND r.taken_by = %(taker)s AND r.outcome IS NULL

-- give_up --
-- What nobody has answered for so long will not be.
UPDATE reconcile_request
SET outcome = 'failed', reason = 'UNANSWERED', duration_ms = (extract(EPOCH FROM real_now() - asked_at) * 1000)::integer
WHERE
    outcome IS NULL AND asked_at < real_now() - make_interval(secs => %(after_s)s::float8)
    AND (taken_until IS NULL OR taken_until <= real_now())

-- applied --
-- What of these matches a channel has set since then: by match, the group.
SELECT m.external_id, word.key
FROM ts_matches AS m, jsonb_each(m.provenance) AS word
WHERE
    m.external_id = ANY(%(ids)s)
    AND word.value ->> 'channel' = ANY(%(channels)s)
    AND (word.value ->> 'observed_at_ms')::bigint >= %(since_ms)s
ORDER BY m.external_id, word.key

-- news --
-- What came of questions and nobody has said yet: whoever gets a row back says it.
UPDATE reconcile_request SET told = TRUE
WHERE cause = %(cause)s AND outcome IS NOT NULL AND NOT told
RETURNING match_id, id, asked_ts, outcome, groups, reason, duration_ms

-- open --
-- Which of these are not answered yet.
SELECT match_id FROM reconcile_request WHERE cause = %(cause)s AND match_id = ANY(%(ids)s) AND outcome IS NULL

-- sweep --
DELETE FROM reconcile_request
WHERE id IN (
    SELECT id FROM reconcile_request
    WHERE asked_at < real_now() - make_interval(secs => %(older_s)s::float8)
    ORDER BY asked_at
    LIMIT %(most)s
)
