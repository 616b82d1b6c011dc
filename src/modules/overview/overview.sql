-- name: overview_counts
SELECT (SELECT count(*) FROM indicator) AS indicators,
       (SELECT sum(count) FROM observation_tally WHERE visibility <= :clearance) AS observations,
       (SELECT count(*) FROM area) AS areas,
       (SELECT count(*) FROM source WHERE visibility <= :clearance) AS sources,
       (SELECT count(*) FROM document WHERE visibility <= :clearance) AS documents,
       (SELECT count(*) FROM place WHERE NOT sample) AS places;

-- What was recorded last, and of what the pack brought (sequence 1) what was published last; our own
-- bulletins only repeat figures.
-- name: overview_changes
SELECT * FROM observation_cited
WHERE replaced_seq IS NULL AND repeats IS NULL
  AND measure NOT IN ('name', 'threshold', 'duration')
  AND (published_on IS NOT NULL OR recorded_seq > 1)
  AND (source_kind IS NULL OR source_kind <> 'bulletin')
  AND visibility <= :clearance
ORDER BY recorded_seq DESC, published_on DESC NULLS LAST, id DESC LIMIT 10;
