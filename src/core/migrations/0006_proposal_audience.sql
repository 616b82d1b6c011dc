-- Who oversees accounts decides on these, and nobody else but the proposer reads them.
ALTER TABLE proposal ADD COLUMN for_overseers {bool} NOT NULL DEFAULT FALSE;
