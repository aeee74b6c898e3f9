What the API and the pages read. Every statement of one answer runs in one snapshot (views.py: STEADY).

-- head --
-- Where the change stream stands, and where its newest change is by which a match may have left the live window: of
-- its status, or by the clock.
SELECT
    log.epoch,
    coalesce(newest.seq, 0) AS seq,
    coalesce(newest.at_ms, 0) AS at_ms,
    coalesce(status.seq, 0) AS status_seq,
    coalesce(status.at_ms, 0) AS status_at_ms
FROM change_log AS log
LEFT JOIN LATERAL (SELECT change.seq, change.at_ms FROM change ORDER BY change.seq DESC LIMIT 1) AS newest ON TRUE
LEFT JOIN LATERAL (
    (
        SELECT change.seq, change.at_ms FROM change
        WHERE change.happened @> '[{"event": "match.status"}]'
        ORDER BY change.seq DESC LIMIT 1
    )
    UNION ALL
    (SELECT change.seq, change.at_ms FROM change WHERE change.kind = 'window' ORDER BY change.seq DESC LIMIT 1)
    ORDER BY seq DESC LIMIT 1
) AS status ON TRUE

-- between --
-- The fixtures of a half-open span of time.
SELECT * FROM match_item AS m
WHERE m.match_time >= %(from_ts)s AND m.match_time < %(until_ts)s AND m.status_id <> 0
ORDER BY m.match_time, m.competition_name COLLATE "C", m.id
LIMIT %(limit)s

-- board --
-- What a web process holds in memory.
SELECT * FROM match_item AS m
WHERE
    m.status_id IN (2, 3, 4, 5, 7)
    OR (m.match_time >= %(from_ts)s AND m.match_time < %(until_ts)s AND m.status_id <> 0)
ORDER BY m.status_id NOT IN (2, 3, 4, 5, 7), m.match_time, m.id
LIMIT %(limit)s

-- some --
SELECT * FROM match_item AS m WHERE m.id = ANY(%(ids)s) AND m.status_id <> 0

-- wholes --
-- Each match with its parts as one JSON text: kept as it is, read when it is shown (views.py: Whole).
SELECT
    i.id,
    i.seq,
    json_build_object('item', i, 'parts', p, 'incidents', told.list, 'revisions', moved.list)::text AS whole
FROM match_item AS i
CROSS JOIN LATERAL (
    SELECT
        m.first_half_kickoff_ts,
        m.second_half_kickoff_ts,
        m.overtime_kickoff_ts,
        m.neutral,
        m.round_num,
        CASE WHEN m.agg_home IS NOT NULL THEN ARRAY[m.agg_home, m.agg_away] END AS aggregate,
        m.data_completeness,
        m.statistics,
        m.first_half_stats,
        m.statistics_second_half,
        coalesce(t.lines, '[]') AS commentary,
        u.lineup,
        w.trend,
        nullif(v.name, '') AS venue,
        nullif(r.name, '') AS referee,
        nullif(s.name, '') AS season,
        nullif(g.name, '') AS stage
    FROM ts_matches AS m
    LEFT JOIN match_tlive AS t ON m.external_id = t.match_id
    LEFT JOIN match_lineup AS u ON m.external_id = u.match_id
    LEFT JOIN match_trend AS w ON m.external_id = w.match_id
    LEFT JOIN venue AS v ON m.venue_id = v.id
    LEFT JOIN referee AS r ON m.referee_id = r.id
    LEFT JOIN season AS s ON m.season_id = s.id
    LEFT JOIN stage AS g ON m.stage_id = g.id
    -- The ids once more: so many joins are not planned as one, and every match ever played would be read.
    WHERE m.external_id = i.id AND m.external_id = ANY(%(ids)s)
) AS p
CROSS JOIN LATERAL (
    SELECT
        coalesce(
            json_agg(
                json_build_object(
                    'ordinal', n.ordinal, 'position', n.position, 'revision', n.revision,
                    'withdrawn_ts', n.withdrawn_ts, 'first_seen_ts', n.first_seen_ts, 'what', n.what
                )
                ORDER BY n.position, n.ordinal
            ),
            '[]'
        ) AS list
    FROM match_incident AS n
    -- Goals that were withdrawn (types 1, 8, 17) are told as such on the page of the match.
    WHERE n.match_id = i.id AND (n.withdrawn_ts IS NULL OR n.type IN (1, 8, 17))
) AS told
CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(r ORDER BY r.observed_at_ms, r.seq), '[]') AS list
    FROM kickoff_revision AS r
    WHERE r.match_id = i.id
) AS moved
WHERE i.id = ANY(%(ids)s)

-- providers --
-- Ages on the database's own clock: the writer's may differ from ours.
SELECT
    p.channel,
    p.state,
    p.reason,
    extract(EPOCH FROM p.since_at)::bigint AS since_ts,
    extract(EPOCH FROM real_now() - p.updated_at)::float8 AS age_s
FROM provider_state AS p
ORDER BY p.channel

-- say_provider --
-- `since_at` stays while the state stays.
INSERT INTO provider_state AS p (channel, state, reason)
VALUES (%(channel)s, %(state)s, %(reason)s)
ON CONFLICT (channel) DO UPDATE SET
    state = excluded.state,
    reason = excluded.reason,
    since_at = CASE WHEN p.state = excluded.state THEN p.since_at ELSE real_now() END,
    updated_at = real_now()
