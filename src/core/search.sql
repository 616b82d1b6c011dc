-- name: search_state_version
SELECT version FROM search_state WHERE id = 1;

-- name: search_state_put
INSERT INTO search_state (id, version, next_block) VALUES (1, :version, 1)
ON CONFLICT (id) DO UPDATE SET version = excluded.version;

-- name: search_fresh_put
INSERT INTO search_fresh (kind, key, replaces, data) VALUES (:kind, :key, -1, :data)
ON CONFLICT (kind, key) DO UPDATE SET data = excluded.data;

-- name: search_fresh_replaces
UPDATE search_fresh SET replaces = :replaces WHERE kind = :kind AND key = :key;
