Crests: which logos are to be asked for, what came of it, and the pictures. All times are real.

-- enlist --
-- The logos of what is played within three days of football's now. A merged record's logo is its successor's, if that
-- has one. A logo with a new address is due at once, and what was known of the old address is forgotten. Those of
-- matches near to now are due since earlier than others, which is the order they are asked for in.
WITH played AS (
    SELECT competition_id, home_team_id, away_team_id, abs(match_time - %(now)s) AS away_s FROM ts_matches
    WHERE match_time BETWEEN %(now)s - 3 * 86400 AND %(now)s + 3 * 86400 AND deleted_at IS NULL
),

named AS (
    SELECT part.kind, part.id, min(p.away_s) AS away_s
    FROM
        played AS p,
        LATERAL (
            VALUES ('competition', p.competition_id), ('team', p.home_team_id), ('team', p.away_team_id)
        ) AS part (kind, id)
    GROUP BY part.kind, part.id
),

wanted AS (
    SELECT n.kind, n.id, n.away_s, coalesce(nullif(heir.logo, ''), c.logo) AS url
    FROM named AS n
    INNER JOIN catalogue AS c ON n.kind = c.kind AND n.id = c.id
    LEFT JOIN catalogue AS heir ON c.kind = heir.kind AND c.merged_into = heir.id
        AND heir.kind IN ('competition', 'team')
    WHERE c.kind IN ('competition', 'team') AND n.id ~ '^[a-z0-9]{6,32}$'
)

INSERT INTO crest AS stored (kind, id, url, due_at)
SELECT w.kind, w.id, w.url, real_now() - make_interval(secs => 3 * 86400 - w.away_s)
FROM wanted AS w
LEFT JOIN crest AS known ON w.kind = known.kind AND w.id = known.id
WHERE w.url <> '' AND w.url IS DISTINCT FROM known.url
ORDER BY w.kind, w.id
ON CONFLICT (kind, id) DO UPDATE SET
    url = excluded.url, etag = '', last_modified = '', failures = 0, refused = '', due_at = excluded.due_at
WHERE stored.url <> excluded.url

-- claim --
-- The next logo to ask for: those never had before those had, so that a start is not held up by what is only looked at
-- again. Nobody else claims it for the length of the lease.
UPDATE crest AS taken
SET due_at = real_now() + make_interval(secs => %(lease_s)s)
FROM (
    SELECT c.kind, c.id FROM crest AS c
    WHERE c.due_at <= real_now() AND c.host <> ALL(%(resting)s::text [])
    ORDER BY c.fingerprint IS NOT NULL OR c.failures > 0, c.due_at, c.kind, c.id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
) AS next
WHERE taken.kind = next.kind AND taken.id = next.id
RETURNING
    taken.kind, taken.id, taken.url, taken.host, taken.etag, taken.last_modified, taken.failures

-- answered --
-- The host gave it or said that it has not changed (then the fingerprint stays). Nothing where the address is another by now.
UPDATE crest
SET
    etag = %(etag)s,
    last_modified = %(last_modified)s,
    checked_at = real_now(),
    due_at = real_now() + make_interval(secs => %(wait_s)s),
    failures = 0,
    refused = '',
    fingerprint = coalesce(%(fingerprint)s, fingerprint)
WHERE kind = %(kind)s AND id = %(id)s AND url = %(url)s

-- draw --
INSERT INTO crest_image AS stored (kind, id, size, image)
SELECT %(kind)s, %(id)s, drawn.size, drawn.image
FROM unnest(%(sizes)s::bigint [], %(images)s::bytea []) AS drawn (size, image)
ON CONFLICT (kind, id, size) DO UPDATE SET image = excluded.image
WHERE stored.image <> excluded.image

-- refuse --
-- Nothing came of it; the crest we hold stays.
UPDATE crest
SET
    checked_at = real_now(),
    due_at = real_now() + make_interval(secs => %(wait_s)s),
    failures = failures + 1,
    refused = %(reason)s
WHERE kind = %(kind)s AND id = %(id)s AND url = %(url)s

-- picture --
SELECT c.fingerprint, i.image
FROM crest AS c
INNER JOIN crest_image AS i ON c.kind = i.kind AND c.id = i.id
WHERE c.kind = %(kind)s AND c.id = %(id)s AND i.size = %(size)s
