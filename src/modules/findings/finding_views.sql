-- Which figures of a series have open findings.
-- name: finding_marks
SELECT finding_figure.fact_id, count(*) AS count, min(finding.severity) AS severity
FROM finding_figure JOIN finding ON finding.id = finding_figure.finding_id
WHERE finding_figure.indicator_code = :indicator_code AND finding.state = 'open'
  AND finding.visibility <= :clearance
GROUP BY finding_figure.fact_id ORDER BY finding_figure.fact_id LIMIT :limit;

-- name: findings_of_fact
SELECT finding.id, rule, kind, severity, statement, statement_en, arithmetic,
       finding.indicator_code, finding.area_code, figure_count, sample, finding.state, reason,
       owner_id, own_area_code, own_department_code, visibility_allowed, visibility, found_at,
       gone_seq, finding.changed_seq
FROM finding WHERE id IN (SELECT finding_id FROM finding_figure WHERE fact_id = :fact_id)
ORDER BY severity, id LIMIT :limit;

