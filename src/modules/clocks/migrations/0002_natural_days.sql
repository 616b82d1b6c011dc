-- By what it counts: working time, or every day (自然日).
ALTER TABLE work_clock ADD COLUMN measure {text} NOT NULL DEFAULT 'working';
