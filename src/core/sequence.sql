-- name: sequence_now
SELECT coalesce(max(sequence), 0) FROM event;

-- name: sequence_next_on_postgres
SELECT CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('commit_number') END;
