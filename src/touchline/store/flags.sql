-- What is switched while everything runs, and who switched it.

-- flag --
SELECT value, version FROM runtime_flag WHERE name = %(name)s

-- hold --
SELECT value, version FROM runtime_flag WHERE name = %(name)s
FOR UPDATE

-- switch --
-- Audited in the same breath; the wake-up goes out at commit.
WITH switched AS (
    INSERT INTO runtime_flag AS f (name, value, version, set_at)
    VALUES (%(name)s, %(value)s, 1, real_now())
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = f.version + 1, set_at = excluded.set_at
    RETURNING value, version
),

audited AS (
    INSERT INTO audit_log (at, who, what, before, after)
    SELECT real_now(), %(who)s, %(what)s, to_jsonb(%(before)s::boolean), to_jsonb(s.value)
    FROM switched AS s
    RETURNING id
)

SELECT s.value, s.version FROM switched AS s, audited, pg_notify('touchline_flag', %(name)s)
