-- name: listed_find
SELECT account.id, role_grant.id AS grant_id, COALESCE(account.person_id, 0) AS person_id,
       account.name, role_grant.role, role_grant.organisation_code, role_grant.area_code,
       role_grant.department_code, person.name AS display_name, person.phone, person.email,
       CASE WHEN COALESCE(person.changed_seq, 0) > account.changed_seq
                 AND person.changed_seq > role_grant.granted_seq THEN person.changed_seq
            WHEN account.changed_seq > role_grant.granted_seq THEN account.changed_seq
            ELSE role_grant.granted_seq END AS changed_seq
FROM account JOIN role_grant ON role_grant.account_id = account.id
LEFT JOIN person ON person.id = account.person_id
WHERE account.name = :name AND role_grant.role = :role AND role_grant.revoked_at IS NULL
  AND COALESCE(role_grant.organisation_code, '') = COALESCE(:organisation_code, '')
  AND COALESCE(role_grant.area_code, '') = COALESCE(:area_code, '')
  AND COALESCE(role_grant.department_code, '') = COALESCE(:department_code, '')
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
ORDER BY role_grant.id DESC LIMIT 1;

-- name: listed_revoke
UPDATE role_grant SET revoked_at = :now, revoked_by = :revoked_by
WHERE id = :id AND revoked_at IS NULL;

-- name: listed_state
UPDATE account SET state = :state, person_id = NULLIF(:person_id, 0), changed_seq = :sequence
WHERE id = :id;

-- name: listed_unused
SELECT id FROM account WHERE id = :id AND password_hash IS NULL AND last_login_at IS NULL;

-- name: listed_waiting
SELECT account.id, COALESCE(account.person_id, 0) AS person_id, account.name, account.password_hash,
       account.state, account.must_change_password, account.locked_until, account.last_login_at,
       account.created_at, account.changed_seq
FROM account
WHERE account.id IN (SELECT CAST(record_key AS bigint) FROM import_row
                     WHERE import_row.id >= :first AND import_row.id < :end)
  AND state = 'active' AND password_hash IS NULL
ORDER BY account.id LIMIT :limit;
