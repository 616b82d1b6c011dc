-- Jobs are tried again, with a pause that grows; and some begin by the clock.
ALTER TABLE job ADD COLUMN tries {int} NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN not_before {int} NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN started_at {int};
ALTER TABLE job ADD COLUMN ended_at {int};
CREATE INDEX job_by_account ON job (account_id, id);
CREATE INDEX job_by_kind ON job (kind, id);
CREATE INDEX job_by_end ON job (ended_at);

CREATE TABLE schedule (
    kind        {text} PRIMARY KEY,
    minute      {int}  NOT NULL, -- of the city's day
    weekday     {int}  NOT NULL, -- 1 = Monday … 7; 0 = every day
    active      {bool} NOT NULL,
    next_at     {int}  NOT NULL,
    last_at     {int},
    changed_seq {int}  NOT NULL
) {strict};
