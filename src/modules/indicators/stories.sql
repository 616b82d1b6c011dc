-- All that was ever said of an indicator in an area, replaced rows too.
-- name: story_rows
SELECT * FROM observation_cited
WHERE indicator_code = :indicator_code AND area_code = :area_code
  AND scope IS NULL AND repeats IS NULL AND measure NOT IN ('name', 'threshold')
  AND status NOT IN ('target', 'implied') AND visibility <= :clearance
ORDER BY period_end DESC, period, measure, unit, coalesce(among, ''), coalesce(published_on, ''), id
LIMIT :limit;
