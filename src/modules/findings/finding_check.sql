-- name: finding_check_done
UPDATE finding_check SET checked_at = :now, checked_seq = :checked_seq,
    observation_count = :observation_count, finding_count = :finding_count,
    milliseconds = :milliseconds
WHERE id = 1;

-- name: finding_check_now
SELECT checked_at, checked_seq, observation_count, finding_count, milliseconds
FROM finding_check WHERE id = 1;

-- name: observations_recorded_last
SELECT recorded_seq FROM observation ORDER BY recorded_seq DESC LIMIT 1;

-- name: observations_replaced_last
SELECT replaced_seq FROM observation WHERE replaced_seq IS NOT NULL
ORDER BY replaced_seq DESC LIMIT 1;
