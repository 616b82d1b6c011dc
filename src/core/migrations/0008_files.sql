-- Files by what is in them: one row for the same bytes, whoever brought them and however often. On
-- SQLite the bytes lie beside the database, on PostgreSQL in chunks below (core/files.h).
CREATE TABLE file (
    sha256  {text} PRIMARY KEY,
    size    {int}  NOT NULL,
    type    {text} NOT NULL,
    -- When it was last brought, or the last record let go of it: from then on it is kept a while
    -- although nobody refers to it.
    used_at {int}  NOT NULL
) {strict};
CREATE INDEX file_by_use ON file (used_at);

-- Which records hold a file. What none holds is removed.
CREATE TABLE file_reference (
    kind   {text} NOT NULL,
    key    {text} NOT NULL,
    sha256 {text} NOT NULL REFERENCES file (sha256),
    PRIMARY KEY (kind, key, sha256)
) {strict};
CREATE INDEX file_reference_by_file ON file_reference (sha256);

CREATE TABLE file_chunk (
    sha256 {text}  NOT NULL REFERENCES file (sha256),
    number {int}   NOT NULL,
    data   {bytes} NOT NULL,
    PRIMARY KEY (sha256, number)
) {strict};
