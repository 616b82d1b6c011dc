-- name: search_blocks
SELECT block, entries, gone FROM search_block ORDER BY block;

-- name: search_fresh_all
SELECT kind, key, replaces, data FROM search_fresh ORDER BY kind, key;

-- name: search_fresh_all_on_postgres
SELECT kind, key, replaces, data FROM search_fresh ORDER BY kind, key FOR UPDATE SKIP LOCKED;
