-- What was replaced since a number, for whoever looks after changes.
CREATE INDEX observation_by_replacement ON observation (replaced_seq) WHERE replaced_seq IS NOT NULL;
