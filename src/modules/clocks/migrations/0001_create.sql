-- Clocks of pieces of work (base/work_clock.h), and what has happened to each. What a clock reads is
-- computed from its events; the columns here say only when somebody has to look at it again.
CREATE TABLE work_clock (
    id           {id},
    kind         {text} NOT NULL,
    subject_kind {text} NOT NULL,
    subject_key  {text} NOT NULL,
    phase        {text} NOT NULL CHECK (phase IN ('running', 'paused', 'stopped')),
    started_at   {int}  NOT NULL,
    due_at       {int},
    next_at      {int}, -- when the next share of the limit is over
    marks        {int}  NOT NULL, -- shares that have been told: 50, 80, 100 percent
    calendar     {text} NOT NULL, -- digest of the calendar that due_at rests on; '' once stopped
    changed_seq  {int}  NOT NULL
) {strict};
CREATE INDEX work_clock_by_subject ON work_clock (subject_kind, subject_key, id);
CREATE INDEX work_clock_by_next ON work_clock (subject_kind, next_at);
CREATE INDEX work_clock_by_calendar ON work_clock (subject_kind, calendar);

CREATE TABLE work_clock_event (
    id            {id},
    clock_id      {int}  NOT NULL REFERENCES work_clock (id),
    kind          {int}  NOT NULL,
    at            {int}  NOT NULL,
    limit_seconds {int}  NOT NULL,
    reason        {text},
    actor         {text} NOT NULL
) {strict};
CREATE INDEX work_clock_event_by_clock ON work_clock_event (clock_id, id);
