-- The steps that records have taken through their lifecycles (core/lifecycle.h).
CREATE TABLE step (
    id         {id},
    lifecycle  {text} NOT NULL,
    key        {int}  NOT NULL,
    event      {text} NOT NULL,
    from_state {text} NOT NULL,
    to_state   {text} NOT NULL,
    at         {int}  NOT NULL,
    actor      {text} NOT NULL,
    reason     {text},
    sequence   {int}  NOT NULL
) {strict};
CREATE INDEX step_by_record ON step (lifecycle, key, id);
ALTER TABLE proposal ADD COLUMN changed_seq {int};
