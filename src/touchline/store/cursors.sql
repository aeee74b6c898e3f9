How far each sync has come.

-- read --
SELECT value FROM sync_cursor WHERE name = %(name)s

-- write --
-- Never back: of two processes the one that came farther stays.
INSERT INTO sync_cursor (name, value) VALUES (%(name)s, %(value)s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
WHERE sync_cursor.value < excluded.value
