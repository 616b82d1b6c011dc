CREATE TABLE source (
    code        {text} PRIMARY KEY,
    kind        {text} NOT NULL,
    title       {text} NOT NULL,
    title_en    {text},
    publisher   {text},
    published   {text},
    sha256      {text} UNIQUE,
    url         {text},
    second_hand {bool} NOT NULL,
    note        {text},
    uploaded    {bool} NOT NULL, -- it came with a document, not with the pack
    visibility  {int}  NOT NULL CHECK (visibility BETWEEN 0 AND 3)
) {strict};

CREATE TABLE document (
    id          {id},
    name        {text} NOT NULL,
    title       {text} NOT NULL,
    source_code {text} NOT NULL UNIQUE REFERENCES source (code),
    sha256      {text} NOT NULL UNIQUE,
    media_type  {text} NOT NULL,
    size        {int}  NOT NULL,
    line_count  {int}  NOT NULL,
    published   {text},
    visibility  {int}  NOT NULL CHECK (visibility BETWEEN 0 AND 3),
    added_seq   {int}  NOT NULL,
    changed_seq {int}  NOT NULL
) {strict};

CREATE TABLE document_line (
    document_id {int}  NOT NULL REFERENCES document (id),
    line        {int}  NOT NULL,
    text        {text} NOT NULL,
    PRIMARY KEY (document_id, line)
) {strict};

-- Where a record of any module stands in a source.
CREATE TABLE citation (
    subject     {text} NOT NULL,
    subject_id  {int}  NOT NULL,
    source_code {text} NOT NULL REFERENCES source (code),
    line        {int},
    token       {text},
    visibility  {int}  NOT NULL CHECK (visibility BETWEEN 0 AND 3), -- the record's
    ended_seq   {int}, -- since when the record is no longer the current one
    PRIMARY KEY (subject, subject_id)
) {strict};
CREATE INDEX citation_by_source ON citation (source_code, line, subject_id);
