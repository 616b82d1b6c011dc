-- Work that outlasts its request (core/jobs.h).
CREATE TABLE job (
    id           {id},
    kind         {text} NOT NULL,
    subject      {text} NOT NULL,
    state        {text} NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    done         {int}  NOT NULL,
    total        {int}  NOT NULL,
    message      {text},
    account_id   {int}  NOT NULL, -- who asked; 0 = the operator
    grant_id     {int}  NOT NULL,
    language     {text} NOT NULL,
    requested_at {int}  NOT NULL,
    cancel       {bool} NOT NULL,
    node         {text},
    lease_until  {int}
) {strict};
CREATE INDEX job_by_state ON job (state, id);
CREATE INDEX job_by_subject ON job (kind, subject, id);

-- A table that somebody sent, and what became of it (core/import.h).
CREATE TABLE import (
    id            {id},
    target        {text} NOT NULL,
    kind          {text} NOT NULL, -- of its records, as in events
    mode          {text} NOT NULL CHECK (mode IN ('all', 'rows')),
    state         {text} NOT NULL,
    file_name     {text} NOT NULL,
    file_sha256   {text} NOT NULL,
    file_size     {int}  NOT NULL,
    format        {text} NOT NULL,
    encoding      {text} NOT NULL,
    sheet         {text},
    sheets        {text} NOT NULL, -- JSON
    header_line   {int}  NOT NULL,
    columns       {text} NOT NULL, -- JSON
    row_count     {int}  NOT NULL,
    new_count     {int}  NOT NULL,
    changed_count {int}  NOT NULL,
    same_count    {int}  NOT NULL,
    wrong_count   {int}  NOT NULL,
    problem_count {int}  NOT NULL,
    public_count  {int}  NOT NULL, -- rows that are or become public
    rows_digest   {text},          -- of its import_rows, in their order
    message       {text},
    account_id    {int}  NOT NULL,
    created_by    {text} NOT NULL,
    created_at    {int}  NOT NULL,
    run_seq       {int},           -- the number under which its records were written
    undo_seq      {int},
    changed_seq   {int}  NOT NULL
) {strict};
CREATE INDEX import_by_account ON import (account_id, id);
CREATE INDEX import_by_target ON import (target, id);
CREATE INDEX import_by_state ON import (state, id);

-- What each line did. `id` is the import's times 2^24, plus the line, so that an import's rows lie
-- together in their order without an index. `cells` are the texts of the columns that went to
-- fields, as JSON; `was` is the record before it, NULL for a new one.
CREATE TABLE import_row (
    id         {int} PRIMARY KEY,
    record_key {text} NOT NULL,
    key_hash   {int}  NOT NULL, -- of kind and key
    cells      {text} NOT NULL,
    was        {text}
) {strict};
CREATE INDEX import_row_by_key ON import_row (key_hash);

CREATE TABLE import_problem (
    id        {id},
    import_id {int}  NOT NULL REFERENCES import (id),
    line      {int}  NOT NULL,
    number    {int}  NOT NULL, -- of the column, from 1; 0 = the line as a whole
    heading   {text},
    field     {text},
    value     {text},
    message   {text} NOT NULL
) {strict};
CREATE INDEX import_problem_by_import ON import_problem (import_id, id);

-- Cells that were mended; the file stays as it came.
CREATE TABLE import_correction (
    import_id   {int}  NOT NULL REFERENCES import (id),
    line        {int}  NOT NULL,
    number      {int}  NOT NULL, -- of the column
    value       {text} NOT NULL,
    changed_seq {int}  NOT NULL,
    PRIMARY KEY (import_id, line, number)
) {strict};

-- Which column went where the last time a table with these headings was imported.
CREATE TABLE import_mapping (
    target   {text} NOT NULL,
    headings {text} NOT NULL, -- digest of them
    columns  {text} NOT NULL, -- JSON
    PRIMARY KEY (target, headings)
) {strict};
