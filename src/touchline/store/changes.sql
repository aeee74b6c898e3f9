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

-- turn --
-- Taken before reading what is to be told: whoever has changed a row has appended by then, or appends after us.
SELECT pg_advisory_xact_lock(4700000001)

-- standing --
-- Matches as they stand, for changes that move no column of theirs.
SELECT
    m.external_id, m.version, m.status_id, m.minute,
    coalesce(m.last_minute_update_ts >= m.phase_entered_ts, FALSE) AS minute_of_phase,
    EXISTS (
        SELECT FROM kickoff_revision AS r
        WHERE
            r.match_id = m.external_id AND r.reason = 'et_second_period'
            AND r.observed_at_ms / 1000 < m.last_minute_update_ts
    ) AS second_period,
    m.home_score_display, m.away_score_display
FROM ts_matches AS m
WHERE m.external_id = ANY(%(ids)s)
ORDER BY m.external_id

-- after --
SELECT
    seq, match_id, kind, status_id, minute, minute_text, home_score, away_score, happened::text,
    lock_version, at_ms
FROM change
WHERE seq > %(seq)s
ORDER BY seq
LIMIT %(limit)s

-- some --
SELECT
    seq, match_id, kind, status_id, minute, minute_text, home_score, away_score, happened::text,
    lock_version, at_ms
FROM change
WHERE seq = ANY(%(seqs)s)
ORDER BY seq

-- floor --
SELECT pruned_through FROM change_log

-- head --
SELECT epoch, (SELECT coalesce(max(seq), 0) FROM change) AS seq FROM change_log
