-- name: search_areas
SELECT * FROM area ORDER BY code;

-- name: search_indicators
SELECT * FROM indicator ORDER BY code;
