-- Whose records a feed may write: those of its data set's department.
ALTER TABLE import ADD COLUMN department_code {text};
