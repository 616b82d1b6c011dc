-- name: findings_there
SELECT id, identity, content FROM finding WHERE gone_seq IS NULL AND id > :after
ORDER BY id LIMIT :limit;

-- name: finding_of_identity
SELECT id, state, gone_seq FROM finding WHERE identity = :identity;

-- name: finding_insert
INSERT INTO finding (identity, content, rule, kind, severity, statement, statement_en, arithmetic,
    indicator_code, area_code, figure_count, sample, state, changed_seq, own_area_code,
    own_department_code, visibility_allowed, visibility_asked, visibility, found_at, found_seq)
VALUES (:identity, :content, :rule, :kind, :severity, :statement, :statement_en, :arithmetic,
    :indicator_code, :area_code, :figure_count, :sample, 'open', :sequence, :own_area_code,
    :own_department_code, :visibility_allowed, :visibility, :visibility, :now, :sequence);

-- What a person asked for stays, as far as the figures allow it.
-- name: finding_renew
UPDATE finding SET content = :content, kind = :kind, severity = :severity, statement = :statement,
    statement_en = :statement_en, arithmetic = :arithmetic, indicator_code = :indicator_code,
    area_code = :area_code, sample = :sample, own_area_code = :own_area_code,
    own_department_code = :own_department_code, visibility_allowed = :visibility_allowed,
    visibility = CASE WHEN visibility_asked < :visibility_allowed THEN :visibility_allowed
                      ELSE visibility_asked END,
    gone_seq = NULL, changed_seq = :sequence
WHERE id = :id;

-- name: finding_end
UPDATE finding SET gone_seq = :sequence, changed_seq = :sequence
WHERE id = :id AND gone_seq IS NULL RETURNING state;

-- name: finding_figure_was_revised
SELECT 1 FROM finding_figure JOIN observation ON observation.id = finding_figure.observation_id
WHERE finding_figure.finding_id = :id AND observation.replaced_seq IS NOT NULL LIMIT 1;

-- name: finding_ended
UPDATE finding SET reason = :reason WHERE id = :id;

-- name: finding_figures_forget
DELETE FROM finding_figure WHERE finding_id = :finding_id;

-- name: finding_figure_insert
INSERT INTO finding_figure (finding_id, position, fact_id, observation_id, indicator_code, area_code)
VALUES (:finding_id, :position, :fact_id, :observation_id, :indicator_code, :area_code);
