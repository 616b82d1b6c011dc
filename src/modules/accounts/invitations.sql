-- name: invitation_list
SELECT invitation.id, invitation.organisation_code, organisation.name AS organisation_name,
       invitation.role, invitation.may_delegate,
       CASE WHEN invitation.revoked_at IS NOT NULL THEN 'revoked'
            WHEN invitation.used_at IS NOT NULL THEN 'used'
            WHEN invitation.expires_at <= :now THEN 'expired' ELSE 'open' END AS state,
       invitation.created_at, invitation.expires_at
FROM invitation JOIN organisation ON organisation.code = invitation.organisation_code

-- name: invitation_show
{invitation_list}
WHERE invitation.id = :id;

-- name: invitation_insert
INSERT INTO invitation (organisation_code, role, may_delegate, code_hash, made_by, created_at,
                        expires_at)
VALUES (:organisation_code, :role, :may_delegate, :code_hash, :made_by, :now, :expires_at)
RETURNING id;

-- name: invitation_revoke
UPDATE invitation SET revoked_at = :now
WHERE id = :id AND revoked_at IS NULL AND used_at IS NULL RETURNING id;

-- Of two who use a letter at once, one finds it used.
-- name: invitation_use
UPDATE invitation SET used_at = :now
WHERE code_hash = :code_hash AND organisation_code = :organisation_code AND used_at IS NULL
  AND revoked_at IS NULL AND expires_at > :now
RETURNING id;

-- name: invitation_used_by
UPDATE invitation SET used_by = :account_id WHERE id = :id;
