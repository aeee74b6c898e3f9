-- Who plays, and how the pressure went: whole each time, as the commentary is.

CREATE TABLE match_lineup (
    match_id text PRIMARY KEY REFERENCES ts_matches (external_id),
    lineup jsonb NOT NULL CHECK (jsonb_typeof(lineup) = 'object')
);
COMMENT ON COLUMN match_lineup.lineup IS 'As claimed (football/lineup.py: Lineup).';

CREATE TABLE match_trend (
    match_id text PRIMARY KEY REFERENCES ts_matches (external_id),
    trend jsonb NOT NULL CHECK (jsonb_typeof(trend) = 'object')
);
COMMENT ON COLUMN match_trend.trend IS 'As claimed (football/claim.py: Trend).';
