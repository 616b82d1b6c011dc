-- What is read in the place of a file from which a person was erased: the SHA-256 of another file.
-- Its own bytes are gone, and do not come back when they are brought again.
ALTER TABLE file ADD COLUMN instead {text};
CREATE INDEX file_by_instead ON file (instead);

-- An erasure that goes on in the stored files (core/file_erasure.h). `needles` is sealed with a key of
-- the key file, and goes when all files have been looked at.
CREATE TABLE file_erasure (
    person_id     {int} PRIMARY KEY,
    master_key_id {int},
    needles       {text},
    files         {int} NOT NULL, -- looked at
    mended        {int} NOT NULL,
    replaced      {int} NOT NULL,
    unread        {int} NOT NULL,
    begun_at      {int} NOT NULL,
    done_at       {int}
) {strict};
