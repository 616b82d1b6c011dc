-- Files that belong to records of whatever kind. The bytes are the store's (core/files.h), which
-- keeps the same content once; here is what a record calls it. Who deletes one deletes the row: the
-- log of events keeps what it was.
CREATE TABLE record_file (
    id         {id},
    kind       {text} NOT NULL,
    key        {text} NOT NULL,
    name       {text} NOT NULL,
    type       {text} NOT NULL,
    size       {int}  NOT NULL,
    sha256     {text} NOT NULL REFERENCES file (sha256),
    owner      {text} NOT NULL,
    created_at {int}  NOT NULL,
    created_by {text} NOT NULL,
    changed_seq {int} NOT NULL
) {strict};
CREATE INDEX record_file_by_record ON record_file (kind, key, id);

-- How much each owner's files have, counted once for each record; and, under '', all together.
CREATE TABLE file_quota (
    owner {text} PRIMARY KEY,
    bytes {int} NOT NULL,
    files {int} NOT NULL
) {strict};
INSERT INTO file_quota (owner, bytes, files) VALUES ('', 0, 0);
