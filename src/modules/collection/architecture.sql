-- name: architecture_indicators
SELECT data_set_indicator.data_set_code, data_set_indicator.indicator_code, indicator.name,
       indicator.name_en, indicator.topic
FROM data_set_indicator JOIN indicator ON indicator.code = data_set_indicator.indicator_code
ORDER BY data_set_indicator.data_set_code, data_set_indicator.indicator_code;

-- Which of them have a target that the reader may see.
-- name: architecture_targets
SELECT DISTINCT indicator_code FROM observation
WHERE status = 'target' AND replaced_seq IS NULL AND visibility <= :clearance
ORDER BY indicator_code;
