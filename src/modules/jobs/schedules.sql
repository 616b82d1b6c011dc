-- name: schedule_list
SELECT kind, minute, weekday, active, next_at, last_at, changed_seq FROM schedule ORDER BY kind;

-- name: schedule_show
SELECT kind, minute, weekday, active, next_at, last_at, changed_seq FROM schedule WHERE kind = :kind;

-- name: schedules_due
SELECT kind, minute, weekday, active, next_at, last_at, changed_seq FROM schedule
WHERE active = TRUE AND next_at <= :now ORDER BY kind;

-- name: schedule_ensure
INSERT INTO schedule (kind, minute, weekday, active, next_at, changed_seq)
VALUES (:kind, :minute, :weekday, TRUE, :next_at, :sequence)
ON CONFLICT (kind) DO NOTHING;

-- Of several nodes, one finds the turn that is due.
-- name: schedule_take
UPDATE schedule SET last_at = :now, next_at = :next_at
WHERE kind = :kind AND active = TRUE AND next_at = :was
RETURNING kind;

-- name: schedule_change
UPDATE schedule SET minute = :minute, weekday = :weekday, active = :active, next_at = :next_at,
                    changed_seq = :sequence
WHERE kind = :kind;
