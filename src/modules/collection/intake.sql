-- name: delivery_last_over
SELECT id FROM delivery WHERE data_set_code = :data_set_code AND period_end < :today
ORDER BY period_start DESC LIMIT 1;

-- name: delivery_first
SELECT id FROM delivery WHERE data_set_code = :data_set_code ORDER BY period_start LIMIT 1;
