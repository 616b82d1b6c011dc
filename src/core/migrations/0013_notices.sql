-- What was said to people about a record (core/notice.h), and who was told. No personal data.
CREATE TABLE notice (
    id           {id},
    kind         {text} NOT NULL,
    subject_kind {text} NOT NULL,
    subject_key  {text} NOT NULL,
    text         {text} NOT NULL,
    text_en      {text} NOT NULL,
    address      {text} NOT NULL, -- in the web pages
    created_at   {int}  NOT NULL,
    created_seq  {int}  NOT NULL
) {strict};

CREATE TABLE notice_copy (
    id         {id},
    notice_id  {int}  NOT NULL REFERENCES notice (id),
    account_id {int}  NOT NULL,
    unread     {bool} NOT NULL,
    read_at    {int},
    UNIQUE (notice_id, account_id)
) {strict};
CREATE INDEX notice_copy_by_account ON notice_copy (account_id, id);
CREATE INDEX notice_copy_by_unread ON notice_copy (account_id, unread, id);
