-- Crests: what came of asking for a logo, and the pictures made of it.

-- One row a logo the catalogue names for something a match refers to. Narrow, because every match read looks here.
-- Times are real. The id is the one matches name; its address may be that of the record it was merged into.
CREATE TABLE crest (
    kind text NOT NULL CHECK (kind IN ('team', 'competition')),
    id text NOT NULL CHECK (id ~ '^[a-z0-9]{6,32}$'),
    url text NOT NULL CHECK (url <> ''),
    host text NOT NULL GENERATED ALWAYS AS (
        coalesce(lower(substring(url FROM '^[A-Za-z]+://([^/?#]*)')), '')
    ) STORED,
    etag text NOT NULL DEFAULT '',
    last_modified text NOT NULL DEFAULT '',
    due_at timestamptz NOT NULL,
    checked_at timestamptz,
    failures bigint NOT NULL DEFAULT 0 CHECK (failures >= 0),
    refused text NOT NULL DEFAULT '',
    fingerprint text CHECK (fingerprint ~ '^[0-9a-f]{12}$'),
    path text GENERATED ALWAYS AS (
        '/media/crests/' || kind || '/' || id || '-' || fingerprint || '-160.webp'
    ) STORED,
    PRIMARY KEY (kind, id)
);
COMMENT ON COLUMN crest.refused IS 'Why the last attempt brought nothing; empty after one that did.';
COMMENT ON COLUMN crest.fingerprint IS 'Of both pictures; null while there are none.';
CREATE INDEX crest_due ON crest (due_at);

-- The pictures: WebP squares, small by construction, so that the bound only guards against a mistake.
CREATE TABLE crest_image (
    kind text NOT NULL,
    id text NOT NULL,
    size bigint NOT NULL CHECK (size IN (48, 160)),
    image bytea NOT NULL CHECK (octet_length(image) BETWEEN 1 AND 131072),
    PRIMARY KEY (kind, id, size),
    FOREIGN KEY (kind, id) REFERENCES crest (kind, id)
);
ALTER TABLE crest_image ALTER COLUMN image SET STORAGE EXTERNAL;

-- The board of one match, as before, but for its logos: a crest of our own or nothing.
CREATE OR REPLACE VIEW match_item AS
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
    cc.path AS competition_logo,
    nullif(n.name, '') AS country_name,
    m.home_team_id,
    coalesce(nullif(h2.name, ''), nullif(h.name, ''), m.home_team_id) AS home_name,
    hc.path AS home_logo,
    m.away_team_id,
    coalesce(nullif(a2.name, ''), nullif(a.name, ''), m.away_team_id) AS away_name,
    ac.path AS away_logo,
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
LEFT JOIN crest AS cc ON cc.kind = 'competition' AND m.competition_id = cc.id
LEFT JOIN crest AS hc ON hc.kind = 'team' AND m.home_team_id = hc.id
LEFT JOIN crest AS ac ON ac.kind = 'team' AND m.away_team_id = ac.id
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
