-- Who has been erased is asked at every start.
CREATE INDEX person_by_erasure ON person (erased_at, id);
