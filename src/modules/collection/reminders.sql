-- name: reminder_list
SELECT reminder.*, delivery.data_set_code, delivery.period, delivery.due_on, delivery.state
FROM reminder JOIN delivery ON delivery.id = reminder.delivery_id

-- name: reminder_show
{reminder_list}
WHERE reminder.id = :id;

-- name: reminder_of_day
{reminder_list}
WHERE reminder.delivery_id = :delivery_id AND reminder.day = :today;

-- name: reminder_insert
INSERT INTO reminder (delivery_id, department_code, day, text, text_en, by_name, created_at)
VALUES (:delivery_id, :department_code, :today, :text, :text_en, :by_name, :now)
ON CONFLICT (delivery_id, day) DO NOTHING RETURNING id;

-- name: reminder_seen
UPDATE reminder SET seen_at = :now WHERE id = :id AND seen_at IS NULL;
