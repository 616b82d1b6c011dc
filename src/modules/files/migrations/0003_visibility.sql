-- Who sees a file of a record that the public sees: the bureau until somebody publishes it. Files that
-- were there before stay as visible as they were.
ALTER TABLE record_file ADD COLUMN visibility {int} NOT NULL DEFAULT 0;
