-- name: horizon_last_on_postgres
SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last_number FROM commit_number;

-- name: horizon_bound_on_postgres
SELECT pg_current_xact_id()::text::bigint AS bound;

-- name: horizon_passed_on_postgres
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS passed;

-- name: seal_lock_on_postgres
SELECT CASE WHEN pg_try_advisory_xact_lock(hashtextextended(current_schema(), 7263106)) THEN 1 ELSE 0
    END AS taken;
