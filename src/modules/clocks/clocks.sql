-- name: clock_calendar
SELECT date AS day, kind = 'workday' AS works, name FROM calendar_day ORDER BY date;

-- name: clock_setting
SELECT value FROM city_setting WHERE key = :key;

-- name: clock_show
SELECT id, kind, subject_kind, subject_key, phase, started_at, due_at, next_at, marks, calendar,
       measure, changed_seq
FROM work_clock WHERE id = :id;

-- name: clock_events
SELECT kind AS kind_number, at, limit_seconds, reason, actor FROM work_clock_event
WHERE clock_id = :id ORDER BY id;

-- name: clock_insert
INSERT INTO work_clock (kind, subject_kind, subject_key, phase, started_at, due_at, next_at, marks,
                        calendar, measure, changed_seq)
VALUES (:kind, :subject_kind, :subject_key, :phase, :started_at, :due_at, :next_at, :marks,
        :calendar, :measure, :sequence)

-- name: clock_event_insert
INSERT INTO work_clock_event (clock_id, kind, at, limit_seconds, reason, actor)
VALUES (:clock_id, :kind_number, :at, :limit_seconds, :reason, :actor);

-- Of two who change it at once one finds that it has changed.
-- name: clock_update
UPDATE work_clock SET phase = :phase, due_at = :due_at, next_at = :next_at, marks = :marks,
    calendar = :calendar, changed_seq = :sequence
WHERE id = :id AND changed_seq = :changed_seq RETURNING id;

-- Those that somebody has to look at: a share of the limit is over …
-- name: clocks_due
SELECT id, kind, subject_kind, subject_key, phase, started_at, due_at, next_at, marks, calendar,
       measure, changed_seq
FROM work_clock WHERE subject_kind = :subject_kind AND next_at <= :now ORDER BY next_at LIMIT :limit;

-- … or the calendar has changed since.
-- name: clocks_stale
SELECT id, kind, subject_kind, subject_key, phase, started_at, due_at, next_at, marks, calendar,
       measure, changed_seq
FROM (SELECT * FROM (SELECT * FROM work_clock WHERE subject_kind = :subject_kind AND calendar > ''
        AND calendar < :calendar ORDER BY calendar LIMIT :limit) AS older
      UNION ALL
      SELECT * FROM (SELECT * FROM work_clock WHERE subject_kind = :subject_kind
        AND calendar > :calendar ORDER BY calendar LIMIT :limit) AS newer) AS stale
LIMIT :limit;
