-- Work that waits for somebody: one row for each open piece. `audience` says who has it now: those
-- who hold a role somewhere ("bank|o:9151…"), or one account ("account:12") that has claimed it.
CREATE TABLE inbox_item (
    id            {id},
    kind          {text} NOT NULL,
    subject_key   {text} NOT NULL,
    address       {text} NOT NULL,
    title         {text} NOT NULL,
    title_en      {text} NOT NULL,
    about         {text},
    audience      {text} NOT NULL,
    role_audience {text} NOT NULL,
    account_id    {int},
    due_at        {int}  NOT NULL, -- far away where nothing is due
    late          {bool} NOT NULL,
    note          {text}, -- of whoever handed it over
    opened_at     {int}  NOT NULL,
    changed_seq   {int}  NOT NULL
) {strict};
CREATE UNIQUE INDEX inbox_item_once ON inbox_item (kind, subject_key);
CREATE INDEX inbox_item_by_audience ON inbox_item (audience, due_at, id);

-- How many each has, counted in the transaction that changes it; in several rows, so that writers on
-- PostgreSQL seldom wait for one another.
CREATE TABLE inbox_tally (
    audience   {text} NOT NULL,
    slot       {int}  NOT NULL,
    open_count {int}  NOT NULL,
    late_count {int}  NOT NULL,
    PRIMARY KEY (audience, slot)
) {strict};

-- Who does whose work while he is away. Both days are included.
CREATE TABLE delegation (
    id            {id},
    account_id    {int}  NOT NULL REFERENCES account (id),
    to_account_id {int}  NOT NULL REFERENCES account (id),
    from_day      {text} NOT NULL,
    to_day        {text} NOT NULL,
    reason        {text},
    ended_at      {int},
    changed_seq   {int}  NOT NULL
) {strict};
CREATE INDEX delegation_by_account ON delegation (account_id, id);
CREATE INDEX delegation_to_account ON delegation (to_account_id, to_day);
