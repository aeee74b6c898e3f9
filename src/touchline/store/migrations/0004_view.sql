-- What readers ask: a match with its names and its public version, and how the provider is doing.

-- The board of one match. A merged catalogue record lends its name to the one it replaced.
CREATE VIEW match_item AS
SELECT
    m.external_id AS id,
    m.match_time,
    m.status_id,
    m.minute,
    coalesce(m.last_minute_update_ts >= m.phase_entered_ts, FALSE) AS minute_of_phase,
    EXISTS (
        SELECT FROM kickoff_revision AS r
        WHERE
            r.match_id = m.external_id AND r.reason = 'et_second_period'
            AND r.observed_at_ms / 1000 < m.last_minute_update_ts
    ) AS second_period,
    m.competition_id,
    coalesce(nullif(c2.name, ''), nullif(c.name, ''), m.competition_id) AS competition_name,
    coalesce(nullif(c2.logo, ''), nullif(c.logo, '')) AS competition_logo,
    nullif(n.name, '') AS country_name,
    m.home_team_id,
    coalesce(nullif(h2.name, ''), nullif(h.name, ''), m.home_team_id) AS home_name,
    coalesce(nullif(h2.logo, ''), nullif(h.logo, '')) AS home_logo,
    m.away_team_id,
    coalesce(nullif(a2.name, ''), nullif(a.name, ''), m.away_team_id) AS away_name,
    coalesce(nullif(a2.logo, ''), nullif(a.logo, '')) AS away_logo,
    ARRAY[m.home_score_display, m.away_score_display] AS display,
    ARRAY[m.home_score_regular, m.away_score_regular] AS regular,
    CASE WHEN m.half_time_reached THEN ARRAY[m.home_score_half_time, m.away_score_half_time] END AS half_time,
    CASE
        WHEN m.home_score_extra_time IS NOT NULL THEN ARRAY[m.home_score_extra_time, m.away_score_extra_time]
    END AS extra_time,
    CASE
        WHEN m.home_score_shoot_out IS NOT NULL THEN ARRAY[m.home_score_shoot_out, m.away_score_shoot_out]
    END AS shoot_out,
    ARRAY[m.home_red_cards, m.away_red_cards] AS red_cards,
    ARRAY[m.home_yellow_cards, m.away_yellow_cards] AS yellow_cards,
    ARRAY[m.home_corners, m.away_corners] AS corners,
    m.phase_entered_ts,
    m.last_event_ts,
    m.last_seen_ts,
    m.updated_at,
    coalesce(last_change.seq, 0) AS seq,
    coalesce(last_change.at_ms, 0) AS at_ms
FROM ts_matches AS m
LEFT JOIN competition AS c ON m.competition_id = c.id
LEFT JOIN competition AS c2 ON c.merged_into = c2.id
LEFT JOIN country AS n ON coalesce(nullif(c2.country_id, ''), c.country_id) = n.id
LEFT JOIN team AS h ON m.home_team_id = h.id
LEFT JOIN team AS h2 ON h.merged_into = h2.id
LEFT JOIN team AS a ON m.away_team_id = a.id
LEFT JOIN team AS a2 ON a.merged_into = a2.id
LEFT JOIN LATERAL (
    SELECT
        change.seq,
        change.at_ms
    FROM change
    WHERE change.match_id = m.external_id
    ORDER BY change.seq DESC
    LIMIT 1
) AS last_change ON TRUE
WHERE m.deleted_at IS NULL;

-- The newest change of a status anywhere: a match that left the live window is told by its absence,
-- so this change belongs to the view as well. The log is as young as this index: nobody waits for it.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX change_of_status ON change (seq) WHERE happened @> '[{"event": "match.status"}]';

-- How a provider's channel is doing. Ingest writes it, readers show it; no row means unknown.
CREATE TABLE provider_state (
    channel text PRIMARY KEY CHECK (channel ~ '^[a-z0-9-]{1,40}$'),
    state text NOT NULL CHECK (state IN ('ok', 'limited', 'refused', 'down', 'unknown')),
    reason text NOT NULL DEFAULT '',
    since_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN provider_state.since_at IS 'Real time at which this state began.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'touchline_app') THEN
        GRANT INSERT, UPDATE ON provider_state TO touchline_app;
    END IF;
END
$$;
