-- What people say about a record, to one another; it is never changed. Not for personal data.
CREATE TABLE record_note (
    id         {id},
    kind       {text} NOT NULL,
    key        {text} NOT NULL,
    at         {int}  NOT NULL,
    actor      {text} NOT NULL,
    name       {text} NOT NULL,
    text       {text} NOT NULL,
    changed_seq {int} NOT NULL
) {strict};
CREATE INDEX record_note_by_record ON record_note (kind, key, id);
