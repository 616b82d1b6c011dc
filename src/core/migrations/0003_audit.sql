-- What was done, in the order of its numbers. `hash` covers the row and the digest of the payload;
-- rows of before this table have none until they are sealed.
CREATE TABLE event (
    sequence    {int}  PRIMARY KEY,
    recorded_at {int}  NOT NULL,
    actor       {text} NOT NULL,
    role        {text} NOT NULL,
    grant_id    {int},
    approver    {text},
    action      {text} NOT NULL,
    route       {text},
    kind        {text} NOT NULL, -- the record's, '' = no record
    key         {text} NOT NULL, -- its id or code
    algorithm   {text},
    hash        {text}
) {strict};
CREATE INDEX event_by_record ON event (kind, key, sequence);

-- The record as it was after the event. Removed by law: body and salt are gone, the digest stays,
-- and `removed_seq` is the event that says so.
CREATE TABLE event_payload (
    sequence    {int} PRIMARY KEY,
    salt        {text},
    body        {text},
    digest      {text},
    removed_seq {int},
    CHECK ((body IS NULL) = (digest IS NOT NULL))
) {strict};

-- The chain: each seal covers the events first_sequence…last_sequence and the seal before it.
CREATE TABLE seal (
    id             {int}  PRIMARY KEY, -- 1, 2, 3 … without gaps
    first_sequence {int}  NOT NULL,
    last_sequence  {int}  NOT NULL,
    count          {int}  NOT NULL,
    algorithm      {text} NOT NULL,
    previous       {text} NOT NULL, -- head of the seal before, '' of the first
    head           {text} NOT NULL,
    sealed_at      {int}  NOT NULL
) {strict};

CREATE TABLE seal_signature (
    seal_id    {int}  PRIMARY KEY,
    public_key {text} NOT NULL,
    signature  {text} NOT NULL,
    signed_at  {int}  NOT NULL
) {strict};

INSERT INTO event (sequence, recorded_at, actor, role, action, route, kind, key)
SELECT sequence, recorded_at, actor, CASE actor WHEN 'operator' THEN 'operator' ELSE '' END,
       CASE WHEN action = 'pack' THEN 'pack' ELSE '' END,
       CASE WHEN action = 'pack' THEN NULL ELSE action END, '', ''
FROM commit_log;

-- Numbers come from a sequence of the database's own on PostgreSQL (never with a CACHE: numbers
-- would come late), and from the newest event on SQLite.
{postgres} CREATE SEQUENCE commit_number;
{postgres} SELECT setval('commit_number', value) FROM commit_sequence WHERE value > 0;
DROP TABLE commit_log;
DROP TABLE commit_sequence;

-- The reply that is given again lies in the event's payload, where that holds the same bytes.
ALTER TABLE idempotency ADD COLUMN event_sequence {int};
