-- name: case_material_files
SELECT part, COUNT(*) AS files FROM record_file WHERE kind = 'case_step' AND key = :key
GROUP BY part ORDER BY part NULLS FIRST;
