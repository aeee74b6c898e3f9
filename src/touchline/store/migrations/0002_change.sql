-- The change stream: what everybody follows, in the order of commits.

-- Positions in the stream are `<epoch>-<seq>`; another epoch means another log.
CREATE TABLE change_log (
    only_row boolean PRIMARY KEY DEFAULT TRUE CHECK (only_row),
    epoch text NOT NULL CHECK (epoch ~ '^[0-9a-f]{8}$')
);
INSERT INTO change_log (epoch) VALUES (left(replace(gen_random_uuid()::text, '-', ''), 8));

-- One visible change of one match. `seq` rises in the order of commits because whoever appends
-- holds an advisory lock until its commit (store/changes.sql). No foreign key: a log refers, it does not hold.
CREATE TABLE change (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    match_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('match', 'minute')),
    status_id smallint NOT NULL CHECK (status_id BETWEEN 0 AND 13 AND status_id <> 6),
    minute smallint,
    minute_text text NOT NULL CHECK (minute_text <> ''),
    home_score smallint NOT NULL CHECK (home_score >= 0),
    away_score smallint NOT NULL CHECK (away_score >= 0),
    happened jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(happened) = 'array'),
    lock_version bigint NOT NULL,
    at_ms bigint NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN change.at_ms IS 'Football time in milliseconds; recorded_at is the real time of the append.';

-- The last change of a match is its public version.
CREATE INDEX change_by_match ON change (match_id, seq);

CREATE TRIGGER changes_are_never_rewritten BEFORE UPDATE ON change FOR EACH ROW
EXECUTE FUNCTION refuse('append-only');
