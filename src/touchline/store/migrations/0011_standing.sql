-- Tables of seasons, and what came before a match: whole each time, as the provider tells them.

CREATE TABLE standing (
    season_id text NOT NULL CHECK (season_id <> ''),
    table_id text NOT NULL CHECK (table_id <> ''),
    stage_id text NOT NULL DEFAULT '',
    conference text NOT NULL DEFAULT '',
    group_num integer NOT NULL DEFAULT 0,
    teams jsonb NOT NULL CHECK (jsonb_typeof(teams) = 'array'),
    promotions jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(promotions) = 'array'),
    provider_ts bigint NOT NULL CHECK (provider_ts BETWEEN 0 AND 9999999999),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (season_id, table_id)
);
COMMENT ON TABLE standing IS 'One table of a season, a group or a conference each. Football time in updated_at.';
COMMENT ON COLUMN standing.teams IS 'In the order of the table (provider/port.py: Standing).';
COMMENT ON COLUMN standing.provider_ts IS 'When the newest of its rows changed, by the provider; 0 where it does not say.';

-- Seasons whose tables have moved, as the provider announces it; the job of the tables takes them from here.
CREATE TABLE standing_wanted (
    season_id text PRIMARY KEY CHECK (season_id <> ''),
    wanted_ts bigint NOT NULL CHECK (wanted_ts BETWEEN 1 AND 9999999999)
);

CREATE TABLE match_h2h (
    match_id text PRIMARY KEY REFERENCES ts_matches (external_id),
    analysis jsonb CHECK (jsonb_typeof(analysis) = 'object'),
    tally jsonb CHECK (jsonb_typeof(tally) = 'object'),
    asked_ts bigint NOT NULL CHECK (asked_ts BETWEEN 0 AND 9999999999)
);
COMMENT ON COLUMN match_h2h.analysis IS 'Meetings of the teams and their last matches (provider/port.py: Analysis).';
COMMENT ON COLUMN match_h2h.tally IS 'Won, drawn, lost (provider/port.py: Tally).';
COMMENT ON COLUMN match_h2h.asked_ts IS 'When the analysis was last asked for, whether or not there was one; 0: never.';
