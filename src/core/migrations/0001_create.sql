-- The number that the newest committed write took. Every write transaction takes the next one.
CREATE TABLE commit_sequence (
    only_row {int} PRIMARY KEY CHECK (only_row = 1),
    value    {int} NOT NULL
) {strict};
INSERT INTO commit_sequence (only_row, value) VALUES (1, 0);

CREATE TABLE commit_log (
    sequence    {int}  PRIMARY KEY,
    recorded_at {int}  NOT NULL,
    actor       {text} NOT NULL,
    action      {text} NOT NULL
) {strict};

-- A POST with an Idempotency-Key, and what it was answered.
CREATE TABLE idempotency (
    principal    {text} NOT NULL,
    claim_key    {text} NOT NULL,
    request_hash {text} NOT NULL,
    expires_at   {int}  NOT NULL,
    status       {int},
    location     {text},
    etag         {int},
    body         {text},
    PRIMARY KEY (principal, claim_key)
) {strict};
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- What the pack says of the city as a whole, and which pack it was.
CREATE TABLE city_setting (
    key   {text} PRIMARY KEY,
    value {text} NOT NULL
) {strict};
