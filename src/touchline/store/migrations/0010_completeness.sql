-- What is verified of a match (football/completeness.py). `reason` is there exactly while a part that is over
-- is not verified: by that key the index on data_completeness finds the few among all that were ever played.

-- What ended under a version that did not look is to be looked at: of the last days, by the matches' own time.
UPDATE ts_matches AS m
SET data_completeness = m.data_completeness
    || '{"reason": {"first_half": "unchecked", "second_half": "unchecked", "full_time": "unchecked"}}'
FROM (SELECT max(phase_entered_ts) AS ts FROM ts_matches) AS newest
WHERE
    m.status_id = 8
    AND m.phase_entered_ts > newest.ts - 2 * 86400
    AND m.data_completeness = '{"first_half": false, "second_half": false, "full_time": false}';

-- Earlier rows have the default: they are not read for it.
ALTER TABLE ts_matches ADD CONSTRAINT a_part_is_verified_or_not CHECK (
    coalesce(
        jsonb_typeof(data_completeness -> 'first_half') = 'boolean'
        AND jsonb_typeof(data_completeness -> 'second_half') = 'boolean'
        AND jsonb_typeof(data_completeness -> 'full_time') = 'boolean',
        FALSE
    )
) NOT VALID;

COMMENT ON COLUMN ts_matches.data_completeness IS
'Which parts are verified; reason: of those that are over, why not; attempts, checked_at: of asking again.';
COMMENT ON COLUMN ts_matches.incidents_first_half IS 'By their place in the list, as claimed; follows the list.';
