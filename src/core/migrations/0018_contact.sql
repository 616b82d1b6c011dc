-- 无事不扰 (core/contact.h): what each reader wants, what waits for a digest, and what counts against
-- the caps.
CREATE TABLE contact_wish (
    account_id  {int}  NOT NULL REFERENCES account (id),
    kind        {text} NOT NULL, -- of notices
    wish        {text} NOT NULL CHECK (wish IN ('mail', 'digest', 'pages', 'off')),
    changed_seq {int}  NOT NULL,
    PRIMARY KEY (account_id, kind)
) {strict};

CREATE TABLE contact_setting (
    account_id    {int}  PRIMARY KEY REFERENCES account (id),
    quiet_from    {int}  NOT NULL, -- minutes of the city's day
    quiet_to      {int}  NOT NULL,
    workdays_only {bool} NOT NULL,
    digest        {text} NOT NULL CHECK (digest IN ('daily', 'weekly', 'none')),
    digest_at     {int}, -- when the last one was made
    changed_seq   {int}  NOT NULL
) {strict};

-- What is held, and for what: 'digest' waits for the next one, 'pages' stays on the pages, 'pause'
-- waits until its webhook goes on.
ALTER TABLE outbox ADD COLUMN hold {text};
ALTER TABLE outbox ADD COLUMN digest_id {int}; -- the row of the digest that says it
ALTER TABLE outbox ADD COLUMN digest {bool} NOT NULL DEFAULT FALSE; -- is it one?
ALTER TABLE outbox ADD COLUMN organisation_code {text}; -- whom its reader stands for
ALTER TABLE outbox ADD COLUMN counted_at {int}; -- against the caps: set before it is sent
UPDATE outbox SET hold = 'pages' WHERE state = 'held';
UPDATE outbox SET counted_at = sent_at WHERE sent_at IS NOT NULL AND urgent = FALSE AND channel = 'email';
CREATE INDEX outbox_by_count ON outbox (account_id, counted_at);
CREATE INDEX outbox_by_organisation ON outbox (organisation_code, counted_at);
CREATE INDEX outbox_by_hold ON outbox (hold, account_id, id);
CREATE INDEX outbox_by_digest ON outbox (digest_id, id);
CREATE INDEX outbox_by_webhook ON outbox (webhook_id, id);
CREATE INDEX outbox_by_notice ON outbox (notice_id);
CREATE INDEX outbox_by_age ON outbox (created_at, id);
CREATE INDEX notice_by_age ON notice (created_at, id);

-- What was answered at each try.
CREATE TABLE outbox_try (
    id           {id},
    outbox_id    {int}  NOT NULL,
    tried_at     {int}  NOT NULL,
    milliseconds {int}  NOT NULL,
    answer       {text} NOT NULL
) {strict};
CREATE INDEX outbox_try_by_outbox ON outbox_try (outbox_id, id);

-- Whoever claims a row writes here first, so that of two nodes one reads the numbers after the other.
CREATE TABLE outbox_gate (
    id   {int} PRIMARY KEY,
    turn {int} NOT NULL
) {strict};
INSERT INTO outbox_gate (id, turn) VALUES (1, 0);

ALTER TABLE webhook ADD COLUMN paused_at {int};

-- Jobs that wait for others' machines run beside those that work on ours.
ALTER TABLE job ADD COLUMN lane {int} NOT NULL DEFAULT 0;
UPDATE job SET lane = 1 WHERE kind = 'sending';
CREATE INDEX job_by_lane ON job (state, lane, id);
