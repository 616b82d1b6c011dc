-- The master keys that this database has used; the newest is in use. The keys are in a file outside
-- (core/keys.h); a fingerprint tells whether it is the right one.
CREATE TABLE master_key (
    id          {int}  PRIMARY KEY,
    fingerprint {text} NOT NULL,
    created_at  {int}  NOT NULL
) {strict};

-- The data key of each person, wrapped by a master key. Erasing a person deletes the row.
CREATE TABLE person_key (
    person_id     {int}  PRIMARY KEY,
    master_key_id {int}  NOT NULL REFERENCES master_key (id),
    wrapped       {text} NOT NULL
) {strict};

-- Finds persons by a value without holding it: a keyed digest. Beside it the value itself, sealed
-- with the person's key, so that a new master key can compute the digest again.
CREATE TABLE personal_index (
    person_id   {int}  NOT NULL,
    column_name {text} NOT NULL,
    personal    {int}  NOT NULL,
    master_key_id {int} NOT NULL REFERENCES master_key (id),
    digest      {text} NOT NULL,
    sealed      {text} NOT NULL,
    PRIMARY KEY (person_id, column_name)
) {strict};
CREATE INDEX personal_index_by_digest ON personal_index (column_name, digest, person_id);
