-- Names and logos, how far each sync has come, and what could not be read.

-- Eight kinds of named things of one shape: each kind is a table of its own (`team`, `competition` …),
-- all are written through their parent.
CREATE TABLE catalogue (
    kind text NOT NULL,
    id text NOT NULL CHECK (id <> ''),
    name text NOT NULL DEFAULT '',
    short_name text NOT NULL DEFAULT '',
    logo text NOT NULL DEFAULT '',
    country_id text NOT NULL DEFAULT '',
    parent_id text NOT NULL DEFAULT '',
    merged_into text NOT NULL DEFAULT '' CHECK (merged_into <> id),
    updated_at bigint NOT NULL DEFAULT 0 CHECK (updated_at BETWEEN 0 AND 9999999999),
    extra jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(extra) = 'object'),
    PRIMARY KEY (kind, id)
) PARTITION BY LIST (kind);
COMMENT ON COLUMN catalogue.updated_at IS 'The provider''s own time; 0 where it gave none.';
COMMENT ON COLUMN catalogue.merged_into IS 'The id that took this one''s place; never a merged one itself.';

CREATE TABLE category PARTITION OF catalogue FOR VALUES IN ('category');
CREATE TABLE country PARTITION OF catalogue FOR VALUES IN ('country');
CREATE TABLE competition PARTITION OF catalogue FOR VALUES IN ('competition');
CREATE TABLE team PARTITION OF catalogue FOR VALUES IN ('team');
CREATE TABLE season PARTITION OF catalogue FOR VALUES IN ('season');
CREATE TABLE stage PARTITION OF catalogue FOR VALUES IN ('stage');
CREATE TABLE venue PARTITION OF catalogue FOR VALUES IN ('venue');
CREATE TABLE referee PARTITION OF catalogue FOR VALUES IN ('referee');

CREATE UNIQUE INDEX category_id ON category (id);
CREATE UNIQUE INDEX country_id ON country (id);
CREATE UNIQUE INDEX competition_id ON competition (id);
CREATE UNIQUE INDEX team_id ON team (id);
CREATE UNIQUE INDEX season_id ON season (id);
CREATE UNIQUE INDEX stage_id ON stage (id);
CREATE UNIQUE INDEX venue_id ON venue (id);
CREATE UNIQUE INDEX referee_id ON referee (id);
CREATE INDEX catalogue_merged ON catalogue (kind, merged_into) WHERE merged_into <> '';

-- How far a sync has come; a cursor never moves back.
CREATE TABLE sync_cursor (
    name text PRIMARY KEY,
    value bigint NOT NULL
);

CREATE TRIGGER a_cursor_only_rises BEFORE UPDATE ON sync_cursor FOR EACH ROW
WHEN (new.value < old.value)
EXECUTE FUNCTION refuse('a cursor only rises');

-- Payloads, or parts of payloads, that could not be read: kept whole, the newest only (store/raw.sql).
CREATE TABLE raw_payload (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    reason text NOT NULL,
    match_id text NOT NULL DEFAULT '',
    payload bytea NOT NULL,
    bytes bigint NOT NULL GENERATED ALWAYS AS (octet_length(payload)) STORED,
    kept_at timestamptz NOT NULL
);
