-- What goes out of the program to people (core/outbox.h): a row for each notice, person and channel.
-- The address it goes to is looked up when it is sent, and not kept here.
CREATE TABLE outbox (
    id          {id},
    notice_id   {int}  NOT NULL REFERENCES notice (id),
    account_id  {int}  NOT NULL,
    channel     {text} NOT NULL,
    state       {text} NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'held', 'failed')),
    urgent      {bool} NOT NULL,
    tries       {int}  NOT NULL,
    not_before  {int}  NOT NULL,
    lease_until {int},
    problem     {text},
    created_at  {int}  NOT NULL,
    sent_at     {int}
) {strict};
CREATE INDEX outbox_by_state ON outbox (state, not_before, id);
CREATE INDEX outbox_by_account ON outbox (account_id, sent_at);
CREATE INDEX outbox_by_state_only ON outbox (state, id);
