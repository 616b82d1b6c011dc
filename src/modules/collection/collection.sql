-- name: work_calendar
SELECT date AS day, kind = 'workday' AS works FROM calendar_day ORDER BY date;
