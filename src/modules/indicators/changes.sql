-- The indicators of an area of which something was published after a day.
-- name: changed_indicators
SELECT DISTINCT indicator_code AS code FROM observation
WHERE area_code = :area_code AND published_on > :published_after AND published_on <= :today
  AND scope IS NULL AND repeats IS NULL AND replaced_seq IS NULL AND measure <> 'name'
  AND visibility <= :clearance
ORDER BY indicator_code LIMIT 500;
