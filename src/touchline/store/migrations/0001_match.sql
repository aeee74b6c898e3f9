-- The match record and what hangs on it.
--
-- Instants are whole Unix seconds UTC in bigint; `_at` columns are timestamptz of football time.
-- `external_id` names a match everywhere: child tables, change rows, locks. Rows of several matches
-- are always locked in the order of `external_id`.
-- An illegal row is impossible: what a CHECK can't see (how a row changes) a trigger refuses.

CREATE FUNCTION refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END
$$;
COMMENT ON FUNCTION refuse() IS 'Guard triggers say in WHEN what is illegal and call this with the rule.';

-- Exactly seven slots, none unknown, none below -1 (corners: no data).
CREATE FUNCTION is_slots(slots smallint []) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
coalesce(
    array_ndims(slots) = 1 AND array_lower(slots, 1) = 1 AND cardinality(slots) = 7
    AND array_position(slots, NULL) IS NULL
    AND least(slots[1], slots[2], slots[3], slots[4], slots[6], slots[7]) >= 0 AND slots[5] >= -1,
    FALSE
);

CREATE TABLE ts_matches (
    -- identity
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    external_id text NOT NULL UNIQUE,
    competition_id text NOT NULL DEFAULT '',
    season_id text NOT NULL DEFAULT '',
    stage_id text NOT NULL DEFAULT '',
    home_team_id text NOT NULL DEFAULT '',
    away_team_id text NOT NULL DEFAULT '',
    venue_id text NOT NULL DEFAULT '',
    referee_id text NOT NULL DEFAULT '',
    round_num integer NOT NULL DEFAULT 0,
    group_num integer NOT NULL DEFAULT 0,
    -- schedule
    match_time bigint NOT NULL,
    status_id smallint NOT NULL DEFAULT 1 CHECK (status_id BETWEEN 0 AND 13 AND status_id <> 6),
    neutral boolean NOT NULL DEFAULT FALSE,
    tbd boolean NOT NULL DEFAULT FALSE,
    has_ot boolean NOT NULL DEFAULT FALSE,
    team_reverse boolean NOT NULL DEFAULT FALSE,
    loss boolean NOT NULL DEFAULT FALSE,
    note text NOT NULL DEFAULT '',
    related_id text NOT NULL DEFAULT '',
    agg_home smallint,
    agg_away smallint,
    home_position text NOT NULL DEFAULT '',
    away_position text NOT NULL DEFAULT '',
    coverage jsonb NOT NULL DEFAULT '{}',
    environment jsonb NOT NULL DEFAULT '{}',
    ended_ts bigint,
    deleted_at timestamptz,
    -- score, raw: exactly as claimed
    home_scores smallint [] NOT NULL DEFAULT '{0,0,0,0,0,0,0}' CHECK (is_slots(home_scores)),
    away_scores smallint [] NOT NULL DEFAULT '{0,0,0,0,0,0,0}' CHECK (is_slots(away_scores)),
    -- score, split: generated, so that it can't contradict the raw one. Extra time alone is written:
    -- what its slot means is decided by the goals (football/score.py).
    half_time_reached boolean NOT NULL DEFAULT FALSE,
    shoot_out_reached boolean NOT NULL DEFAULT FALSE,
    home_score_extra_time smallint,
    away_score_extra_time smallint,
    home_score_regular smallint NOT NULL GENERATED ALWAYS AS (home_scores[1]) STORED,
    away_score_regular smallint NOT NULL GENERATED ALWAYS AS (away_scores[1]) STORED,
    home_score_half_time smallint GENERATED ALWAYS AS (CASE WHEN half_time_reached THEN home_scores[2] END) STORED,
    away_score_half_time smallint GENERATED ALWAYS AS (CASE WHEN half_time_reached THEN away_scores[2] END) STORED,
    home_score_shoot_out smallint GENERATED ALWAYS AS (
        CASE WHEN shoot_out_reached OR home_scores[7] > 0 OR away_scores[7] > 0 THEN home_scores[7] END
    ) STORED,
    away_score_shoot_out smallint GENERATED ALWAYS AS (
        CASE WHEN shoot_out_reached OR home_scores[7] > 0 OR away_scores[7] > 0 THEN away_scores[7] END
    ) STORED,
    home_score_display smallint NOT NULL GENERATED ALWAYS AS (coalesce(home_score_extra_time, home_scores[1])) STORED,
    away_score_display smallint NOT NULL GENERATED ALWAYS AS (coalesce(away_score_extra_time, away_scores[1])) STORED,
    home_red_cards smallint NOT NULL GENERATED ALWAYS AS (home_scores[3]) STORED,
    away_red_cards smallint NOT NULL GENERATED ALWAYS AS (away_scores[3]) STORED,
    home_yellow_cards smallint NOT NULL GENERATED ALWAYS AS (home_scores[4]) STORED,
    away_yellow_cards smallint NOT NULL GENERATED ALWAYS AS (away_scores[4]) STORED,
    home_corners smallint GENERATED ALWAYS AS (nullif(home_scores[5], -1)) STORED,
    away_corners smallint GENERATED ALWAYS AS (nullif(away_scores[5], -1)) STORED,
    -- live
    first_half_kickoff_ts bigint,
    second_half_kickoff_ts bigint,
    overtime_kickoff_ts bigint,
    phase_entered_ts bigint NOT NULL,
    phase_seen_live boolean NOT NULL DEFAULT FALSE,
    minute smallint CHECK (minute > 0),
    last_minute_update_ts bigint,
    provider_update_time bigint,
    last_event_ts bigint,
    last_seen_ts bigint,
    last_live_seen_ts bigint,
    version bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
    updated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    -- who said so, and what is not believed yet
    provenance jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(provenance) = 'object'),
    pending jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(pending) = 'object'),
    -- statistics and the halves
    statistics jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(statistics) = 'array'),
    first_half_stats jsonb,
    statistics_second_half jsonb,
    incidents_first_half jsonb,
    incidents_second_half jsonb,
    incidents_extra jsonb,
    data_completeness jsonb NOT NULL DEFAULT '{"first_half":false,"second_half":false,"full_time":false}',

    -- ^[a-z0-9]{6,32}$, in the words that cost each UPDATE a quarter of that.
    CONSTRAINT an_id_is_the_providers CHECK (
        length(external_id) BETWEEN 6 AND 32 AND external_id !~ '[^a-z0-9]'
    ),
    -- Milliseconds taken for seconds would be beyond this.
    CONSTRAINT instants_are_seconds CHECK (
        match_time BETWEEN 1 AND 9999999999
        AND phase_entered_ts BETWEEN 1 AND 9999999999
        AND first_half_kickoff_ts BETWEEN 1 AND 9999999999
        AND second_half_kickoff_ts BETWEEN 1 AND 9999999999
        AND overtime_kickoff_ts BETWEEN 1 AND 9999999999
        AND last_minute_update_ts BETWEEN 1 AND 9999999999
        AND provider_update_time BETWEEN 1 AND 9999999999
        AND last_event_ts BETWEEN 1 AND 9999999999
        AND last_seen_ts BETWEEN 1 AND 9999999999
        AND last_live_seen_ts BETWEEN 1 AND 9999999999
        AND ended_ts BETWEEN 1 AND 9999999999
    ),
    CONSTRAINT a_score_has_two_sides CHECK (
        (home_score_extra_time IS NULL) = (away_score_extra_time IS NULL)
        AND (agg_home IS NULL) = (agg_away IS NULL)
        AND least(home_score_extra_time, away_score_extra_time, agg_home, agg_away, 0) >= 0
    ),
    CONSTRAINT a_minute_has_its_time CHECK (minute IS NULL OR last_minute_update_ts IS NOT NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

COMMENT ON COLUMN ts_matches.version IS
'The optimistic lock: raised by the one writer, not by the minute engine. The public version is the last change row.';
COMMENT ON COLUMN ts_matches.updated_at IS 'Football time of the last change of content.';
COMMENT ON COLUMN ts_matches.last_seen_ts IS 'When any source last named the match, changed or not.';

CREATE INDEX ts_matches_live ON ts_matches (external_id)
WHERE status_id IN (2, 3, 4, 5, 7) AND deleted_at IS NULL;
CREATE INDEX ts_matches_by_time ON ts_matches (match_time) WHERE deleted_at IS NULL;
CREATE INDEX ts_matches_by_competition ON ts_matches (competition_id, match_time);
CREATE INDEX ts_matches_silent ON ts_matches (last_event_ts) WHERE status_id IN (2, 3, 4, 5, 7);
CREATE INDEX ts_matches_expected ON ts_matches (status_id, match_time) WHERE status_id = 1;
CREATE INDEX idx_ts_matches_data_completeness ON ts_matches USING gin (data_completeness);

CREATE TRIGGER identity_is_for_ever BEFORE UPDATE ON ts_matches FOR EACH ROW
WHEN (new.external_id <> old.external_id OR new.created_at <> old.created_at)
EXECUTE FUNCTION refuse('the identity of a match never changes');

CREATE TRIGGER kickoffs_are_write_once BEFORE UPDATE ON ts_matches FOR EACH ROW
WHEN (
    (old.first_half_kickoff_ts IS NOT NULL AND new.first_half_kickoff_ts IS DISTINCT FROM old.first_half_kickoff_ts)
    OR (
        old.second_half_kickoff_ts IS NOT NULL
        AND new.second_half_kickoff_ts IS DISTINCT FROM old.second_half_kickoff_ts
    )
    OR (old.overtime_kickoff_ts IS NOT NULL AND new.overtime_kickoff_ts IS DISTINCT FROM old.overtime_kickoff_ts)
)
EXECUTE FUNCTION refuse('a kick-off is written once; revisions go to kickoff_revision');

CREATE TRIGGER provider_time_only_rises BEFORE UPDATE ON ts_matches FOR EACH ROW
WHEN (old.provider_update_time IS NOT NULL AND coalesce(new.provider_update_time, 0) < old.provider_update_time)
EXECUTE FUNCTION refuse('provider_update_time only rises');

CREATE TRIGGER a_minute_is_never_erased BEFORE UPDATE ON ts_matches FOR EACH ROW
WHEN (old.minute IS NOT NULL AND new.minute IS NULL)
EXECUTE FUNCTION refuse('a minute is never set to NULL over a value');

CREATE TRIGGER the_version_only_rises BEFORE UPDATE ON ts_matches FOR EACH ROW
WHEN (new.version < old.version)
EXECUTE FUNCTION refuse('the version only rises');

-- `updated_at` moves only when content does. Content is all but the minute, the clock of last sight,
-- what is pending and the lock; whoever applies a group also leaves its provenance.
CREATE FUNCTION keep_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    new.updated_at := old.updated_at;
    RETURN new;
END
$$;

CREATE TRIGGER updated_at_moves_with_content BEFORE UPDATE ON ts_matches FOR EACH ROW
WHEN (
    new.updated_at IS DISTINCT FROM old.updated_at
    AND (
        new.status_id, new.phase_entered_ts, new.home_scores, new.away_scores, new.home_score_extra_time,
        new.away_score_extra_time, new.half_time_reached, new.shoot_out_reached, new.first_half_kickoff_ts,
        new.second_half_kickoff_ts, new.overtime_kickoff_ts, new.provider_update_time, new.last_event_ts,
        new.provenance, new.statistics, new.first_half_stats, new.statistics_second_half,
        new.incidents_first_half, new.incidents_second_half, new.incidents_extra, new.data_completeness,
        new.deleted_at, new.match_time, new.competition_id, new.season_id, new.stage_id, new.home_team_id,
        new.away_team_id, new.venue_id, new.referee_id, new.round_num, new.group_num, new.neutral, new.tbd,
        new.has_ot, new.team_reverse, new.loss, new.note, new.related_id, new.agg_home, new.agg_away,
        new.home_position, new.away_position, new.coverage, new.environment, new.ended_ts
    ) IS NOT DISTINCT FROM (
        old.status_id, old.phase_entered_ts, old.home_scores, old.away_scores, old.home_score_extra_time,
        old.away_score_extra_time, old.half_time_reached, old.shoot_out_reached, old.first_half_kickoff_ts,
        old.second_half_kickoff_ts, old.overtime_kickoff_ts, old.provider_update_time, old.last_event_ts,
        old.provenance, old.statistics, old.first_half_stats, old.statistics_second_half,
        old.incidents_first_half, old.incidents_second_half, old.incidents_extra, old.data_completeness,
        old.deleted_at, old.match_time, old.competition_id, old.season_id, old.stage_id, old.home_team_id,
        old.away_team_id, old.venue_id, old.referee_id, old.round_num, old.group_num, old.neutral, old.tbd,
        old.has_ot, old.team_reverse, old.loss, old.note, old.related_id, old.agg_home, old.agg_away,
        old.home_position, old.away_position, old.coverage, old.environment, old.ended_ts
    )
)
EXECUTE FUNCTION keep_updated_at();

-- One entry of the newest incident list, or one that was withdrawn. `ordinal` is its identity for ever.
CREATE TABLE match_incident (
    match_id text NOT NULL REFERENCES ts_matches (external_id),
    ordinal integer NOT NULL CHECK (ordinal > 0),
    "position" integer NOT NULL CHECK ("position" >= 0),
    revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
    withdrawn_ts bigint CHECK (withdrawn_ts BETWEEN 1 AND 9999999999),
    first_seen_ts bigint NOT NULL CHECK (first_seen_ts BETWEEN 1 AND 9999999999),
    what jsonb NOT NULL,
    type smallint NOT NULL GENERATED ALWAYS AS ((what ->> 'type')::smallint) STORED,
    side smallint NOT NULL GENERATED ALWAYS AS ((what ->> 'side')::smallint) STORED CHECK (side BETWEEN 0 AND 2),
    time smallint NOT NULL GENERATED ALWAYS AS ((what ->> 'time')::smallint) STORED,
    PRIMARY KEY (match_id, ordinal)
);
COMMENT ON COLUMN match_incident.what IS 'The entry as claimed (football/model.py: Incident).';

CREATE TRIGGER an_incident_keeps_its_identity BEFORE UPDATE ON match_incident FOR EACH ROW
WHEN (
    new.match_id <> old.match_id OR new.ordinal <> old.ordinal
    OR new.first_seen_ts <> old.first_seen_ts OR new.revision < old.revision
)
EXECUTE FUNCTION refuse('an incident keeps its identity; its revision only rises');

CREATE TABLE kickoff_revision (
    match_id text NOT NULL REFERENCES ts_matches (external_id),
    period text NOT NULL CHECK (period IN ('first_half', 'second_half', 'overtime')),
    seq integer NOT NULL CHECK (seq > 0),
    kickoff_ts bigint NOT NULL CHECK (kickoff_ts BETWEEN 1 AND 9999999999),
    delta_s bigint NOT NULL,
    source text NOT NULL,
    observed_at_ms bigint NOT NULL,
    followed boolean NOT NULL,
    reason text NOT NULL CHECK (reason IN ('revision', 'out_of_window', 'et_second_period', 'resume')),
    PRIMARY KEY (match_id, period, seq)
);

CREATE TRIGGER revisions_are_append_only BEFORE UPDATE OR DELETE ON kickoff_revision FOR EACH ROW
EXECUTE FUNCTION refuse('append-only');

CREATE TABLE match_pause (
    match_id text NOT NULL REFERENCES ts_matches (external_id),
    started_ts bigint NOT NULL CHECK (started_ts BETWEEN 1 AND 9999999999),
    ended_ts bigint CHECK (ended_ts BETWEEN started_ts AND 9999999999),
    PRIMARY KEY (match_id, started_ts)
);
CREATE UNIQUE INDEX match_pause_open ON match_pause (match_id) WHERE ended_ts IS NULL;

CREATE TRIGGER a_pause_is_closed_once BEFORE UPDATE ON match_pause FOR EACH ROW
WHEN (
    new.match_id <> old.match_id OR new.started_ts <> old.started_ts
    OR (old.ended_ts IS NOT NULL AND new.ended_ts IS DISTINCT FROM old.ended_ts)
)
EXECUTE FUNCTION refuse('a pause is appended and closed once');

CREATE TRIGGER pauses_stay BEFORE DELETE ON match_pause FOR EACH ROW
EXECUTE FUNCTION refuse('append-only');

-- The commentary of a match: always the whole list.
CREATE TABLE match_tlive (
    match_id text PRIMARY KEY REFERENCES ts_matches (external_id),
    lines jsonb NOT NULL CHECK (jsonb_typeof(lines) = 'array')
);
