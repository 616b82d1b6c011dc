-- name: feed_list
SELECT feed.*, data_set.name AS data_set_name, data_set.name_en AS data_set_name_en,
       data_set.department_code, data_set.target, data_set.rhythm, data_set.class,
       (SELECT max(id) FROM feed_event WHERE feed_id = feed.id) AS last_event_id
FROM feed JOIN data_set ON data_set.code = feed.data_set_code

-- name: feed_show
{feed_list}
WHERE feed.id = :id;

-- name: feed_insert
INSERT INTO feed (data_set_code, method, folder, url, statement, every_minutes, mode, needs_done,
                  active, next_run_at, created_by, created_at, changed_seq)
VALUES (:data_set_code, :method, :folder, :url, :statement, :every_minutes, :mode, :needs_done,
        :active, :next_run_at, :created_by, :now, :sequence)

-- name: feed_update
UPDATE feed SET url = :url, statement = :statement, every_minutes = :every_minutes, mode = :mode,
    needs_done = :needs_done, active = :active, next_run_at = :next_run_at,
    changed_seq = :sequence
WHERE id = :id;

-- name: feed_run_next
UPDATE feed SET next_run_at = :next_run_at WHERE id = :id;

-- name: feeds_dropped_into
{feed_list}
WHERE feed.method = 'drop' AND feed.active ORDER BY feed.id;

-- name: feeds_to_pull
{feed_list}
WHERE feed.method = 'pull' AND feed.active AND feed.next_run_at <= :now ORDER BY feed.next_run_at;

-- name: feed_event_list
SELECT * FROM feed_event

-- name: feed_event_show
{feed_event_list}
WHERE id = :id;

-- name: feed_event_insert
INSERT INTO feed_event (feed_id, data_set_code, department_code, at, outcome, period, file_name,
                        file_sha256, file_size, rows, delivery_id, import_id, message, message_en)
VALUES (:feed_id, :data_set_code, :department_code, :now, :outcome, :period, :file_name,
        :file_sha256, :file_size, :rows, :delivery_id, :import_id, :message, :message_en)

-- What came with this very file, and was not sent back since.
-- name: feed_event_of_file
{feed_event_list}
WHERE data_set_code = :data_set_code AND file_sha256 = :file_sha256 AND outcome IN ('arrived', 'importing')
ORDER BY id DESC LIMIT 1;
