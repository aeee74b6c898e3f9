The change stream. Whoever appends holds an advisory lock until its commit, so numbers are handed
out in the order of commits and a reader never passes one that is still open.

-- append --
-- The turn is taken before the first number is given out, after every row lock: whoever holds it waits
-- for nobody. One wake-up a transaction, sent by its commit.
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(4700000001)),

appended AS (
    INSERT INTO change
    (match_id, kind, status_id, minute, minute_text, home_score, away_score, happened, lock_version, at_ms)
    SELECT
        given.match_id, given.kind, given.status_id, given.minute, given.minute_text, given.home_score,
        given.away_score, given.happened, given.lock_version, given.at_ms
    FROM
        turn,
        ROWS FROM (
            json_to_recordset(%(rows)s) AS (
                match_id text, kind text, status_id smallint, minute smallint, minute_text text,
                home_score smallint, away_score smallint, happened jsonb, lock_version bigint, at_ms bigint
            )
        ) WITH ORDINALITY AS given (
            match_id, kind, status_id, minute, minute_text, home_score, away_score, happened, lock_version,
            at_ms, place
        )
    ORDER BY given.place
    RETURNING seq
),

newest AS (SELECT max(seq) AS seq FROM appended)

SELECT newest.seq
FROM newest, pg_notify('touchline_change', newest.seq::text)

-- after --
SELECT
    seq, match_id, kind, status_id, minute, minute_text, home_score, away_score, happened::text,
    lock_version, at_ms
FROM change
WHERE seq > %(seq)s
ORDER BY seq
LIMIT %(limit)s

-- head --
SELECT epoch, (SELECT coalesce(max(seq), 0) FROM change) AS seq FROM change_log
