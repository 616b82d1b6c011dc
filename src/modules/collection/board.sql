-- What runs on is there, too.
-- name: board_deliveries
SELECT id, data_set_code, period, period_end, due_on, state
FROM delivery WHERE period_end >= :from_day ORDER BY data_set_code, period_end, id;
