-- name: contact_setting_show
SELECT quiet_from, quiet_to, workdays_only, digest, digest_at FROM contact_setting
WHERE account_id = :account_id;

-- name: contact_setting_set
INSERT INTO contact_setting (account_id, quiet_from, quiet_to, workdays_only, digest, digest_at,
                             changed_seq)
VALUES (:account_id, :quiet_from, :quiet_to, :workdays_only, :digest, :digest_at, :sequence)
ON CONFLICT (account_id) DO UPDATE SET quiet_from = excluded.quiet_from,
    quiet_to = excluded.quiet_to, workdays_only = excluded.workdays_only,
    digest = excluded.digest, digest_at = excluded.digest_at, changed_seq = excluded.changed_seq;

-- name: contact_wish_show
SELECT kind, wish FROM contact_wish WHERE account_id = :account_id AND kind = :kind;

-- name: contact_wish_set
INSERT INTO contact_wish (account_id, kind, wish, changed_seq)
VALUES (:account_id, :kind, :wish, :sequence)
ON CONFLICT (account_id, kind) DO UPDATE SET wish = excluded.wish,
    changed_seq = excluded.changed_seq;
