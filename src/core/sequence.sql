-- name: sequence_now
SELECT coalesce(max(sequence), 0) FROM event;

-- name: sequence_next_on_postgres
SELECT CASE WHEN pg_current_xact_id() IS NOT NULL
             AND pg_advisory_xact_lock_shared(hashtextextended(current_schema(), 7263107)) IS NOT NULL
       THEN nextval('commit_number') END;

-- name: sequence_lock_on_postgres
SELECT CASE WHEN pg_advisory_lock(hashtextextended(current_schema(), 7263107)) IS NOT NULL THEN 1 END;

-- name: sequence_unlock_on_postgres
SELECT CASE WHEN pg_advisory_unlock(hashtextextended(current_schema(), 7263107)) THEN 1 ELSE 0 END;
