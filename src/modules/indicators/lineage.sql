-- name: lineage_history
SELECT * FROM observation_cited
WHERE fact_id = :fact_id AND visibility <= :clearance
ORDER BY id DESC LIMIT 100;
