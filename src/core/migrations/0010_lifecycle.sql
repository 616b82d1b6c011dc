-- The steps that records have taken through their lifecycles (core/lifecycle.h).
CREATE TABLE step (
    id         {id},
    lifecycle  {text} NOT NULL,
    record_id  {int}  NOT NULL,
    event      {text} NOT NULL,
    from_state {text} NOT NULL,
    to_state   {text} NOT NULL,
    at         {int}  NOT NULL,
    actor      {text} NOT NULL,
    reason     {text},
    sequence   {int}  NOT NULL
) {strict};
CREATE INDEX step_by_record ON step (lifecycle, record_id, id);
ALTER TABLE proposal ADD COLUMN changed_seq {int};
