-- name: place_list
SELECT * FROM place

-- The periods in which members of the set have a value, newest first, and how many members have.
-- name: map_periods
SELECT observation.period, count(DISTINCT observation.area_code) AS areas
FROM area_set_member
JOIN observation ON observation.area_code = area_set_member.area_code
 AND observation.indicator_code = :indicator_code
WHERE area_set_member.set_code = :set_code AND observation.scope IS NULL
  AND observation.repeats IS NULL AND observation.replaced_seq IS NULL
  AND observation.status <> 'target' AND observation.measure <> 'name'
  AND observation.visibility <= :clearance
GROUP BY observation.period
ORDER BY max(observation.period_end) DESC, observation.period DESC LIMIT 200;

-- name: map_observations
SELECT * FROM observation_cited
WHERE period = :period AND indicator_code = :indicator_code AND scope IS NULL
  AND repeats IS NULL AND replaced_seq IS NULL
  AND status <> 'target' AND measure <> 'name'
  AND visibility <= :clearance
ORDER BY area_code, id LIMIT :limit;
