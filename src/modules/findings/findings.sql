-- name: finding_list
SELECT finding.id, finding.rule, finding.kind, finding.severity, finding.statement,
       finding.statement_en, finding.arithmetic, finding.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en, finding.area_code,
       area.name AS area_name, area.name_en AS area_name_en, finding.figure_count, finding.sample,
       finding.state, finding.reason, finding.owner_id, account.name AS owner_name,
       finding.own_area_code, finding.own_department_code, finding.visibility_allowed,
       finding.visibility, finding.found_at, finding.gone_seq, finding.changed_seq
FROM finding
JOIN indicator ON indicator.code = finding.indicator_code
JOIN area ON area.code = finding.area_code
LEFT JOIN account ON account.id = finding.owner_id

-- name: finding_show
{finding_list}
WHERE finding.id = :id;

-- name: finding_figures
SELECT finding_figure.position, finding_figure.fact_id, finding_figure.observation_id,
       observation_cited.indicator_code, indicator_name, indicator_name_en,
       observation_cited.area_code, area_name, area_name_en, scope, period, value, value_high, unit,
       status, measure, approximation, source_code, source_title, source_title_en, line, token,
       published, replaced_seq,
       (SELECT now.id FROM observation AS now
        WHERE now.fact_id = finding_figure.fact_id AND now.replaced_seq IS NULL) AS current_id
FROM finding_figure JOIN observation_cited ON observation_cited.id = finding_figure.observation_id
WHERE finding_figure.finding_id = :id ORDER BY finding_figure.position;

-- name: finding_decided
UPDATE finding SET reason = :reason WHERE id = :id;

-- name: finding_given
UPDATE finding SET owner_id = :owner_id, changed_seq = :sequence WHERE id = :id;

-- name: finding_shown_to
UPDATE finding SET visibility_asked = :visibility, visibility = :visibility,
                   changed_seq = :sequence
WHERE id = :id;

-- name: finding_actor
SELECT name FROM account WHERE id = :id;
