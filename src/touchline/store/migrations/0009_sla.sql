-- Who watches that no match falls silent unseen: what was asked, what is stale, what time has been told.

-- What time alone changes is told as well: an episode of silence began or ended (`sla`), a match entered
-- or left the live window by the clock (`window`). No column of the match moves with these.
-- squawk-ignore ban-drop-constraint
ALTER TABLE change DROP CONSTRAINT change_kind_check;
ALTER TABLE change ADD CONSTRAINT change_kind_check CHECK (kind IN ('match', 'minute', 'sla', 'window')) NOT VALID;
-- The rows there are have one of the two old kinds: none need be read for that.

-- As with a change of status: a match that left the window is told by its absence.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX change_of_window ON change (seq) WHERE kind = 'window';

-- A question about a match. Whoever asks makes it, ingest answers it, whoever asked says what came of it.
CREATE TABLE reconcile_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    match_id text NOT NULL,
    cause text NOT NULL CHECK (cause IN ('stale', 'sweep', 'stuck')),
    asked_ts bigint NOT NULL,
    asked_at timestamptz NOT NULL,
    taken_by text NOT NULL DEFAULT '',
    taken_until timestamptz,
    outcome text CHECK (outcome IN ('applied', 'confirmed_unchanged', 'absent', 'failed', 'exception')),
    groups text [] NOT NULL DEFAULT '{}',
    reason text NOT NULL DEFAULT '',
    duration_ms integer,
    told boolean NOT NULL DEFAULT FALSE
);
COMMENT ON COLUMN reconcile_request.asked_ts IS 'Football time: cool-downs are counted from it. asked_at and taken_until are real time.';
COMMENT ON COLUMN reconcile_request.told IS 'Whether whoever asked has said what came of it.';

CREATE UNIQUE INDEX reconcile_request_open ON reconcile_request (match_id, cause) WHERE outcome IS NULL;
CREATE INDEX reconcile_request_by_match ON reconcile_request (match_id, asked_ts);
CREATE INDEX reconcile_request_by_age ON reconcile_request (asked_at);
CREATE INDEX reconcile_request_news ON reconcile_request (cause) WHERE outcome IS NOT NULL AND NOT told;

-- A match that may be behind the game, from when that was noticed until it is over.
CREATE TABLE stale_episode (
    match_id text PRIMARY KEY REFERENCES ts_matches (external_id),
    reason text NOT NULL CHECK (reason <> ''),
    shown text,
    began_ts bigint NOT NULL CHECK (began_ts BETWEEN 1 AND 9999999999),
    marked text NOT NULL DEFAULT ''
);
COMMENT ON COLUMN stale_episode.shown IS 'The stale_reason that readers were told with the last change row.';
COMMENT ON COLUMN stale_episode.marked IS 'Why the operator was told; empty while he was not.';

-- Up to when each watch has told what time alone changes. Its row is locked while it looks: any number may watch.
CREATE TABLE watch (
    name text PRIMARY KEY CHECK (name IN ('sla', 'window')),
    told_ts bigint NOT NULL DEFAULT 0,
    awake_until timestamptz NOT NULL DEFAULT '-infinity',
    alarm text NOT NULL DEFAULT '',
    alarm_ts bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN watch.awake_until IS 'Real time until which readers rely on being told; then each goes by its own clock.';
COMMENT ON COLUMN watch.alarm IS 'Why the provider can''t be asked at all, since alarm_ts (football time); empty while it can.';
INSERT INTO watch (name) VALUES ('sla'), ('window');
