-- name: feed_events_importing
SELECT * FROM feed_event WHERE outcome = 'importing' ORDER BY id LIMIT :limit;

-- name: feed_event_conclude
UPDATE feed_event SET outcome = :outcome, import_id = :import_id, message = :message,
    message_en = :message_en
WHERE id = :id AND outcome = 'importing' RETURNING id;
