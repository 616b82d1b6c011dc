-- name: sdmx_areas
SELECT code, name, name_en FROM area ORDER BY code;

-- name: sdmx_indicators
SELECT code, name, name_en FROM indicator ORDER BY code;

