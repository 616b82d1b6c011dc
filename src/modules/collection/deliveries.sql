-- name: delivery_list
SELECT delivery.*, data_set.name AS data_set_name, data_set.name_en AS data_set_name_en,
       data_set.class AS visibility, department.name AS department_name,
       department.name_en AS department_name_en
FROM delivery
JOIN data_set ON data_set.code = delivery.data_set_code
JOIN department ON department.code = delivery.department_code

-- name: delivery_show
{delivery_list}
WHERE delivery.id = :id;

-- name: delivery_of_period
SELECT id FROM delivery WHERE data_set_code = :data_set_code AND period_start = :period_start;

-- name: delivery_insert
INSERT INTO delivery (data_set_code, department_code, period, period_start, period_end, due_on,
                      state, changed_seq)
VALUES (:data_set_code, :department_code, :period, :period_start, :period_end, :due_on, 'expected',
        :sequence)
ON CONFLICT (data_set_code, period_start) DO NOTHING;

-- name: delivery_came
UPDATE delivery SET arrived_at = :now, import_id = :import_id, feed_id = :feed_id,
    file_sha256 = :file_sha256, rows = :rows, reason = NULL
WHERE id = :id;

-- name: delivery_decided
UPDATE delivery SET reason = :reason WHERE id = :id;

-- name: data_set_arrived
UPDATE data_set SET last_arrived_at = :now WHERE code = :data_set_code;

-- What is still a draft asks for nothing.
-- name: due_rules
SELECT code, department_code, rhythm, due_days, due_in, starts_on, ends_on,
       (SELECT max(period_start) FROM delivery WHERE data_set_code = data_set.code) AS last_start
FROM data_set WHERE class < 3;

-- name: deliveries_overdue
SELECT * FROM delivery WHERE state = 'expected' AND due_on < :today ORDER BY due_on, id
LIMIT :limit;
