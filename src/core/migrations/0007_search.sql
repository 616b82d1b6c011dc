-- The index of search (core/search_store.h says how it is used).
CREATE TABLE search_state (
    id         {int} PRIMARY KEY,
    version    {int} NOT NULL, -- of the tokens; an index of another version is made anew
    next_block {int} NOT NULL  -- never used before; whoever changes blocks claims this row first
) {strict};

INSERT INTO search_state (id, version, next_block) VALUES (1, 0, 1);

-- Entries that were put together; each is its block's number times 65,536 plus its place.
CREATE TABLE search_block (
    block   {int} PRIMARY KEY,
    entries {int} NOT NULL,
    gone    {bytes} NOT NULL -- a bit for each entry that has been removed or replaced; empty = none
) {strict};

-- Which entries of a block hold a token: tokens from `first` to `last`.
CREATE TABLE search_page (
    block {int}   NOT NULL,
    last  {int}   NOT NULL,
    first {int}   NOT NULL,
    data  {bytes} NOT NULL,
    PRIMARY KEY (block, last)
) {strict};

-- The entries themselves, 64 in a row, by the first one's number.
CREATE TABLE search_text (
    id   {int} PRIMARY KEY,
    data {bytes} NOT NULL
) {strict};

-- The order of a block's entries against those of other blocks, 1,024 in a row.
CREATE TABLE search_order (
    id   {int} PRIMARY KEY,
    data {bytes} NOT NULL
) {strict};

-- What has been written since, and is in no block yet.
CREATE TABLE search_fresh (
    kind     {text} NOT NULL,
    key      {text} NOT NULL,
    replaces {int}  NOT NULL, -- the entry of a block that it takes the place of; -1 = none
    data     {bytes},         -- the entry; NULL = it is removed
    PRIMARY KEY (kind, key)
) {strict};
{postgres}ALTER TABLE search_page ALTER COLUMN data SET STORAGE EXTERNAL;
{postgres}ALTER TABLE search_page SET (toast_tuple_target = 8160);
{postgres}ALTER TABLE search_text SET (toast_tuple_target = 8160);
{postgres}ALTER TABLE search_order ALTER COLUMN data SET STORAGE EXTERNAL;
{postgres}ALTER TABLE search_order SET (toast_tuple_target = 8160);
