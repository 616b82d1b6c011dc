-- Ciphertext: name, phone, email, id_number, note; see core/personal.h. `uid` names a person in the
-- list of erasures, which outlives this database; ids begin anew in a restored one.
CREATE TABLE person (
    id          {id},
    uid         {text} NOT NULL UNIQUE,
    name        {text},
    phone       {text},
    email       {text},
    id_number   {text},
    note        {text},
    created_at  {int}  NOT NULL,
    changed_seq {int}  NOT NULL,
    erased_at   {int}
) {strict};

CREATE TABLE consent (
    id           {id},
    person_id    {int}  NOT NULL REFERENCES person (id),
    purpose      {text} NOT NULL,
    text         {text}, -- ciphertext
    given_at     {int}  NOT NULL,
    expires_on   {text} NOT NULL,
    withdrawn_at {int},
    changed_seq  {int}  NOT NULL
) {strict};
CREATE INDEX consent_by_person ON consent (person_id, purpose, expires_on);

-- Ciphertext: the name, and the file in chunks.
CREATE TABLE attachment (
    id         {id},
    person_id  {int}  NOT NULL REFERENCES person (id),
    name       {text} NOT NULL,
    media_type {text} NOT NULL,
    size       {int}  NOT NULL,
    added_at   {int}  NOT NULL,
    added_seq  {int}  NOT NULL
) {strict};
CREATE INDEX attachment_by_person ON attachment (person_id, id);

CREATE TABLE attachment_chunk (
    attachment_id {int}  NOT NULL REFERENCES attachment (id),
    number        {int}  NOT NULL,
    data          {text} NOT NULL,
    PRIMARY KEY (attachment_id, number)
) {strict};
