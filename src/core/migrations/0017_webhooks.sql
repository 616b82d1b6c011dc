-- Where notices go as requests of our own to other systems (core/outbox.h): one for each notice, not
-- one for each person. The secret is sealed with a key of the key file.
CREATE TABLE webhook (
    id            {id},
    url           {text} NOT NULL,
    kinds         {text}, -- of notices, with blanks around each; NULL = all
    master_key_id {int}  NOT NULL,
    secret        {text} NOT NULL,
    ended_at      {int},
    created_at    {int}  NOT NULL,
    changed_seq   {int}  NOT NULL
) {strict};
ALTER TABLE outbox ADD COLUMN webhook_id {int};
