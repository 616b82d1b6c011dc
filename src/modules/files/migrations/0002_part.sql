-- Which of the papers that its record asks for it is: a code that the record's module knows.
ALTER TABLE record_file ADD COLUMN part {text};
