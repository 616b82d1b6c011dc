-- Who can be named for a step of the role: organisations for which somebody acts in it today.
-- name: case_candidates
SELECT organisation.code, organisation.name
FROM (SELECT DISTINCT organisation_code FROM role_grant
      WHERE role = :role AND revoked_at IS NULL AND organisation_code IS NOT NULL
        AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)
      ORDER BY organisation_code LIMIT :limit) AS holder
JOIN organisation ON organisation.code = holder.organisation_code
ORDER BY organisation.name, organisation.code;
