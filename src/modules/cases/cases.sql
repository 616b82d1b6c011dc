-- name: case_insert
INSERT INTO case_file (template_code, template_version, organisation_code, area_code, state,
                       started_at, started_by, changed_seq)
VALUES (:template_code, :template_version, :organisation_code, :area_code, 'running', :now,
        :started_by, :sequence)

-- name: case_page
SELECT case_named.* FROM case_party JOIN case_named ON case_named.id = case_party.case_id
WHERE case_party.party = :party AND case_party.case_id < :before
  AND (:template_code = '' OR case_named.template_code = :template_code)
  AND (:state = '' OR case_named.state = :state)
ORDER BY case_party.case_id DESC LIMIT :limit;

-- name: case_step_insert
INSERT INTO case_step (case_id, position, code, state, role, late, changed_seq)
VALUES (:case_id, :position, :code, 'waiting', :role, :late, :sequence);

-- name: case_board
SELECT tally.template_code, tally.template_version, tally.step, case_template.name AS template_name,
       case_template.name_en AS template_name_en, case_template_step.name AS step_name,
       case_template_step.name_en AS step_name_en, tally.open_count, tally.late_count
FROM (SELECT template_code, template_version, step,
             CAST(SUM(open_count) AS BIGINT) AS open_count,
             CAST(SUM(late_count) AS BIGINT) AS late_count
      FROM case_tally WHERE party = :party GROUP BY template_code, template_version, step) AS tally
JOIN case_template ON case_template.code = tally.template_code
     AND case_template.version = tally.template_version
JOIN case_template_step ON case_template_step.template_code = tally.template_code
     AND case_template_step.template_version = tally.template_version
     AND case_template_step.code = tally.step
ORDER BY tally.template_code, tally.template_version, case_template_step.position;

-- An account that may see the case: it acts for a party, or has a role that sees all.
-- name: case_mentioned
SELECT account.id FROM account JOIN role_grant ON role_grant.account_id = account.id
WHERE account.name = :name AND account.state = 'active' AND role_grant.revoked_at IS NULL
  AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
  AND (role_grant.role IN ('analyst', 'leader', 'administrator', 'auditor')
       OR EXISTS (SELECT 1 FROM case_party WHERE case_party.case_id = :case_id
           AND case_party.party IN ('o:' || COALESCE(role_grant.organisation_code, ''),
                                    'a:' || COALESCE(role_grant.area_code, ''),
                                    'd:' || COALESCE(role_grant.department_code, ''))))
LIMIT 1;
