-- How a data set's files come in by themselves. No secret is in it.
CREATE TABLE feed (
    id            {id},
    data_set_code {text} NOT NULL REFERENCES data_set (code),
    method        {text} NOT NULL CHECK (method IN ('drop', 'push', 'pull')),
    folder        {text},
    url           {text},
    statement     {text},
    every_minutes {int},
    mode          {text} NOT NULL CHECK (mode IN ('all', 'rows')),
    needs_done    {bool} NOT NULL,
    active        {bool} NOT NULL,
    next_run_at   {int},
    created_by    {text} NOT NULL,
    created_at    {int}  NOT NULL,
    changed_seq   {int}  NOT NULL
) {strict};
CREATE INDEX feed_by_data_set ON feed (data_set_code, id);
CREATE UNIQUE INDEX feed_by_folder ON feed (folder) WHERE folder IS NOT NULL;

-- One for each run, whatever came of it.
CREATE TABLE feed_event (
    id              {id},
    feed_id         {int}  NOT NULL REFERENCES feed (id),
    data_set_code   {text} NOT NULL,
    department_code {text} NOT NULL,
    at              {int}  NOT NULL,
    outcome         {text} NOT NULL,
    period          {text},
    file_name       {text},
    file_sha256     {text},
    file_size       {int},
    rows            {int},
    delivery_id     {int},
    import_id       {int},
    message         {text},
    message_en      {text}
) {strict};
CREATE INDEX feed_event_by_feed ON feed_event (feed_id, id);
CREATE INDEX feed_event_by_department ON feed_event (department_code, id);
CREATE INDEX feed_event_by_file ON feed_event (data_set_code, file_sha256);
CREATE INDEX feed_event_by_outcome ON feed_event (outcome, id);
