-- The log of changes loses its oldest rows. Who stands before the floor begins afresh; nobody meets a hole.

ALTER TABLE change_log ADD COLUMN pruned_through bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN change_log.pruned_through IS 'The floor: of changes up to here only some are left.';

CREATE TRIGGER the_floor_only_rises BEFORE UPDATE ON change_log FOR EACH ROW
WHEN (new.pruned_through < old.pruned_through)
EXECUTE FUNCTION refuse('the floor only rises');

-- The only way a change is removed; the application itself can delete none. Looks at the `most` oldest
-- changes above the floor, as far as they are older than `before_ms` (football time), and raises the floor to
-- the last of them. Of the matches they are about it removes what lies at or below the floor, except the
-- newest change of each, which is its public version, and the newest change of a status of all.
CREATE FUNCTION prune_change(before_ms bigint, most integer, OUT looked_at bigint, OUT removed bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    old_floor bigint;
    new_floor bigint;
BEGIN
    removed := 0;
    SELECT pruned_through INTO old_floor FROM change_log FOR UPDATE;
    SELECT max(aged.seq), count(*) INTO new_floor, looked_at
    FROM (
        SELECT oldest.seq, bool_and(oldest.at_ms < before_ms) OVER (ORDER BY oldest.seq) AS is_old
        FROM (SELECT seq, at_ms FROM change WHERE seq > old_floor ORDER BY seq LIMIT most) AS oldest
    ) AS aged
    WHERE aged.is_old;
    IF new_floor IS NULL THEN
        RETURN;
    END IF;
    UPDATE change_log SET pruned_through = new_floor;
    WITH about AS (
        SELECT DISTINCT match_id FROM change WHERE seq > old_floor AND seq <= new_floor
    ),

    newest AS (
        SELECT about.match_id, (SELECT max(c.seq) FROM change AS c WHERE c.match_id = about.match_id) AS seq
        FROM about
    ),

    of_status AS (SELECT max(seq) AS seq FROM change WHERE happened @> '[{"event": "match.status"}]')

    DELETE FROM change AS gone
    USING newest, of_status
    WHERE
        gone.match_id = newest.match_id AND gone.seq < newest.seq AND gone.seq <= new_floor
        AND gone.seq IS DISTINCT FROM of_status.seq;
    GET DIAGNOSTICS removed = ROW_COUNT;
END
$$;
REVOKE ALL ON FUNCTION prune_change(bigint, integer) FROM PUBLIC;
