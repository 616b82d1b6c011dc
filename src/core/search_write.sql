-- Whoever changes blocks claims the row first, and waits for others who do.
-- name: search_claim
UPDATE search_state SET next_block = next_block WHERE id = 1 RETURNING next_block;

-- Who has other things to do does not wait.
-- name: search_claim_if_free_on_postgres
SELECT next_block FROM search_state WHERE id = 1 FOR UPDATE SKIP LOCKED;

-- name: search_next_block
UPDATE search_state SET next_block = :next_block WHERE id = 1;

-- name: search_block_insert
INSERT INTO search_block (block, entries, gone) VALUES (:block, :entries, :gone);

-- name: search_block_mark
UPDATE search_block SET gone = :gone WHERE block = :block;

-- name: search_block_remove
DELETE FROM search_block WHERE block = :block;

-- name: search_pages_remove
DELETE FROM search_page WHERE block = :block;

-- name: search_texts_remove
DELETE FROM search_text WHERE id >= :first AND id < :behind;

-- name: search_orders_remove
DELETE FROM search_order WHERE id >= :first AND id < :behind;

-- name: search_block_texts
SELECT id, data FROM search_text WHERE id >= :first AND id < :behind ORDER BY id;

-- name: search_block_keys
SELECT first, data FROM search_page WHERE block = :block AND last >= :from_token ORDER BY last;

-- name: search_fresh_count
SELECT count(*) FROM search_fresh;

-- name: search_fresh_remove
DELETE FROM search_fresh WHERE kind = :kind AND key = :key;

-- name: search_fresh_clear
DELETE FROM search_fresh;

-- name: search_blocks_clear
DELETE FROM search_block;

-- name: search_pages_clear
DELETE FROM search_page;

-- name: search_texts_clear
DELETE FROM search_text;

-- name: search_orders_clear
DELETE FROM search_order;
