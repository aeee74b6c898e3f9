Matches that may be behind the game, from when that was noticed until it is over. Written while the watch
`sla` is held, so nobody else writes them meanwhile.

-- watched --
-- Every match in play that has been silent for `silent_s`, fixtures that are overdue, and all whose episode is open;
-- the oldest event first. Two readings of the clocks: what readers see goes by any accepted group and any source that
-- named the match; what the watch sees goes by the groups that tell of the game itself and, once it is in play, by the
-- sources that follow it live: a trend that goes on does not hide a score that has fallen silent.
-- ts_matches_live, ts_matches_expected
WITH wanted AS (
    SELECT external_id FROM ts_matches WHERE status_id IN (2, 3, 4, 5, 7) AND deleted_at IS NULL
    UNION
    SELECT external_id FROM ts_matches
    WHERE
        status_id = 1 AND deleted_at IS NULL
        AND match_time >= %(now)s::bigint - 86400 AND match_time < %(now)s::bigint - %(overdue_s)s::bigint
    UNION
    SELECT match_id FROM stale_episode
)

SELECT
    m.external_id, m.status_id, m.minute, m.match_time, m.phase_entered_ts, m.last_event_ts, m.last_seen_ts,
    m.provider_update_time, m.deleted_at IS NOT NULL AS deleted, word.ts AS last_word_ts,
    CASE WHEN m.status_id = 1 THEN m.last_seen_ts ELSE m.last_live_seen_ts END AS last_followed_ts,
    e.reason, e.shown, e.began_ts, e.marked,
    asked.id, asked.asked_ts, asked.outcome, asked.groups, asked.reason, asked.duration_ms
FROM wanted
INNER JOIN ts_matches AS m ON wanted.external_id = m.external_id
LEFT JOIN stale_episode AS e ON m.external_id = e.match_id
CROSS JOIN LATERAL (
    SELECT least(max((w.value ->> 'observed_at_ms')::bigint) / 1000, m.last_event_ts) AS ts
    FROM jsonb_each(m.provenance) AS w
    WHERE
        w.key IN ('status', 'goals', 'counts', 'incidents', 'stats', 'tlive')
        AND w.value ->> 'source' <> 'team_stats'
) AS word
LEFT JOIN LATERAL (
    SELECT r.* FROM reconcile_request AS r
    WHERE r.match_id = m.external_id AND r.cause = 'stale'
    ORDER BY r.asked_ts DESC, r.id DESC
    LIMIT 1
) AS asked ON TRUE
WHERE
    e.match_id IS NOT NULL
    OR m.status_id = 1
    OR coalesce(word.ts, m.phase_entered_ts) < %(now)s::bigint - %(silent_s)s::bigint
    OR (m.status_id = 3 AND m.phase_entered_ts < %(now)s::bigint - %(silent_s)s::bigint)
ORDER BY coalesce(word.ts, m.phase_entered_ts), m.external_id
LIMIT %(most)s OFFSET %(skip)s

-- put --
-- `began_ts` stays while an episode is open.
INSERT INTO stale_episode (match_id, reason, shown, began_ts, marked)
SELECT given.match_id, given.reason, given.shown, %(now)s, given.marked
FROM json_to_recordset(%(rows)s) AS given (match_id text, reason text, shown text, marked text)
ON CONFLICT (match_id) DO UPDATE SET
    reason = excluded.reason, shown = excluded.shown, marked = excluded.marked

-- close --
DELETE FROM stale_episode WHERE match_id = ANY(%(ids)s)

-- overlooked --
-- What the watch does not ask about: fixtures that should have begun, whoever names them; matches in play without
-- statistics that have been silent for a while; results that are not final yet. The oldest first.
-- ts_matches_expected, ts_matches_live, ts_matches_by_time
SELECT external_id FROM (
    SELECT external_id, match_time AS since FROM ts_matches
    WHERE
        status_id = 1 AND deleted_at IS NULL
        AND match_time >= %(now)s::bigint - 86400 AND match_time < %(now)s::bigint - %(overdue_s)s::bigint
    UNION ALL
    SELECT external_id, coalesce(last_event_ts, phase_entered_ts) FROM ts_matches
    WHERE
        status_id IN (2, 3, 4, 5, 7) AND deleted_at IS NULL AND statistics = '[]'::jsonb
        AND coalesce(last_event_ts, phase_entered_ts) < %(now)s::bigint - %(thin_s)s::bigint
    UNION ALL
    SELECT external_id, phase_entered_ts FROM ts_matches
    WHERE
        status_id = 8 AND deleted_at IS NULL
        AND match_time >= %(now)s::bigint - 6 * 3600 AND match_time <= %(now)s
        AND phase_entered_ts > %(now)s::bigint - %(provisional_s)s::bigint
) AS found
ORDER BY since, external_id
LIMIT %(most)s

-- stuck --
-- In play for longer than any match lasts, or without a word for long: those never asked about, then those asked about
-- longest ago, so that none waits for ever behind others that nobody knows. What was asked by a clock that ran ahead does
-- not count. ts_matches_live, reconcile_request_by_match
SELECT m.external_id FROM ts_matches AS m
CROSS JOIN LATERAL (
    SELECT max(r.asked_ts) AS ts FROM reconcile_request AS r
    WHERE r.match_id = m.external_id AND r.cause = 'stuck' AND r.asked_ts <= %(now)s
) AS asked
WHERE
    m.status_id IN (2, 3, 4, 5, 7)
    AND m.deleted_at IS NULL
    AND (
        coalesce(m.first_half_kickoff_ts, m.match_time) < %(now)s::bigint - %(longest_s)s::bigint
        OR coalesce(m.last_event_ts, m.phase_entered_ts) < %(now)s::bigint - %(silent_s)s::bigint
    )
ORDER BY asked.ts NULLS FIRST, coalesce(m.last_event_ts, m.phase_entered_ts), m.external_id
LIMIT %(most)s

-- newly_unanswered --
-- Those of these questions that are the first without an answer since anything was heard of their match.
SELECT m.external_id, m.status_id, m.last_event_ts, m.provider_update_time
FROM reconcile_request AS r
INNER JOIN ts_matches AS m ON r.match_id = m.external_id
WHERE
    r.id = ANY(%(ids)s)
    AND NOT EXISTS (
        SELECT FROM reconcile_request AS e
        WHERE
            e.match_id = r.match_id AND e.cause = r.cause AND e.id < r.id
            AND e.outcome IN ('absent', 'failed', 'exception') AND e.reason <> ALL(%(unasked)s)
            AND e.asked_ts >= coalesce(m.last_event_ts, m.phase_entered_ts)
    )
ORDER BY m.external_id
