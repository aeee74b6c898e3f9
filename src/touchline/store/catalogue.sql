Names of things. Writers take turns, so that a merge is never half seen.

-- turn --
SELECT pg_advisory_xact_lock(4700000002)

-- upsert --
-- Newer records win, older ones and empty text only fill what is empty. An id that was merged into
-- one which is itself merged points to the end at once. A record that says nothing new changes no row.
WITH given AS (
    SELECT *
    FROM
        json_to_recordset(%(rows)s) AS given (
            kind text, id text, name text, short_name text, logo text, country_id text, parent_id text,
            merged_into text, updated_at bigint, extra jsonb
        )
),

told AS (
    SELECT
        given.*,
        coalesce(given.updated_at >= stored.updated_at, TRUE) AS newer,
        coalesce(stored.name, '') AS stored_name,
        coalesce(stored.short_name, '') AS stored_short_name,
        coalesce(stored.logo, '') AS stored_logo,
        coalesce(stored.country_id, '') AS stored_country_id,
        coalesce(stored.parent_id, '') AS stored_parent_id,
        coalesce(stored.merged_into, '') AS stored_merged_into,
        coalesce(stored.updated_at, 0) AS stored_updated_at,
        coalesce(stored.extra, '{}') AS stored_extra,
        coalesce(nullif(target.merged_into, ''), given.merged_into) AS target
    FROM given
    LEFT JOIN catalogue AS stored ON given.kind = stored.kind AND given.id = stored.id
    LEFT JOIN catalogue AS target ON given.kind = target.kind AND given.merged_into = target.id
)

INSERT INTO catalogue AS stored
(kind, id, name, short_name, logo, country_id, parent_id, merged_into, updated_at, extra)
SELECT
    kind,
    id,
    CASE WHEN newer THEN coalesce(nullif(name, ''), stored_name) ELSE coalesce(nullif(stored_name, ''), name) END,
    CASE
        WHEN newer THEN coalesce(nullif(short_name, ''), stored_short_name)
        ELSE coalesce(nullif(stored_short_name, ''), short_name)
    END,
    CASE WHEN newer THEN coalesce(nullif(logo, ''), stored_logo) ELSE coalesce(nullif(stored_logo, ''), logo) END,
    CASE
        WHEN newer THEN coalesce(nullif(country_id, ''), stored_country_id)
        ELSE coalesce(nullif(stored_country_id, ''), country_id)
    END,
    CASE
        WHEN newer THEN coalesce(nullif(parent_id, ''), stored_parent_id)
        ELSE coalesce(nullif(stored_parent_id, ''), parent_id)
    END,
    CASE
        WHEN target = id THEN ''
        WHEN newer THEN coalesce(nullif(target, ''), stored_merged_into)
        ELSE coalesce(nullif(stored_merged_into, ''), target)
    END,
    greatest(updated_at, stored_updated_at),
    CASE WHEN newer THEN stored_extra || extra ELSE extra || stored_extra END
FROM told
ORDER BY kind, id
ON CONFLICT (kind, id) DO UPDATE SET
    name = excluded.name,
    short_name = excluded.short_name,
    logo = excluded.logo,
    country_id = excluded.country_id,
    parent_id = excluded.parent_id,
    merged_into = excluded.merged_into,
    updated_at = excluded.updated_at,
    extra = excluded.extra
WHERE
    (
        stored.name, stored.short_name, stored.logo, stored.country_id, stored.parent_id, stored.merged_into,
        stored.updated_at, stored.extra
    ) IS DISTINCT FROM (
        excluded.name, excluded.short_name, excluded.logo, excluded.country_id, excluded.parent_id,
        excluded.merged_into, excluded.updated_at, excluded.extra
    )

-- follow --
-- What was merged into an id that is itself merged now goes where that went.
UPDATE catalogue AS early
SET merged_into = late.merged_into
FROM catalogue AS late
WHERE
    late.kind = %(kind)s AND late.id = %(id)s AND late.merged_into <> ''
    AND early.kind = late.kind AND early.merged_into = late.id
