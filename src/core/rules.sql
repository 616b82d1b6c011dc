-- name: rule_find
SELECT value FROM rule_value WHERE code = :code;

-- name: rule_set
INSERT INTO rule_value (code, value, changed_seq) VALUES (:code, :value, :sequence)
ON CONFLICT (code) DO UPDATE SET value = excluded.value, changed_seq = excluded.changed_seq;
