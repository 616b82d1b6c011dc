-- name: master_key_current
SELECT id, fingerprint FROM master_key ORDER BY id DESC LIMIT 1;

-- name: master_key_insert
INSERT INTO master_key (id, fingerprint, created_at) VALUES (:id, :fingerprint, :now);

-- name: person_key_show
SELECT person_id, master_key_id, wrapped FROM person_key WHERE person_id = :person_id;

-- name: person_key_insert
INSERT INTO person_key (person_id, master_key_id, wrapped)
VALUES (:person_id, :master_key_id, :wrapped);

-- name: person_key_rewrap
UPDATE person_key SET master_key_id = :master_key_id, wrapped = :wrapped
WHERE person_id = :person_id;

-- name: person_key_delete
DELETE FROM person_key WHERE person_id = :person_id;

-- name: person_key_page
SELECT person_id, master_key_id, wrapped FROM person_key WHERE person_id > :after
ORDER BY person_id LIMIT :limit;

-- name: index_insert
INSERT INTO personal_index (person_id, column_name, personal, master_key_id, digest, sealed)
VALUES (:person_id, :column_name, :personal, :master_key_id, :digest, :sealed);

-- name: index_digest
UPDATE personal_index SET master_key_id = :master_key_id, digest = :digest
WHERE person_id = :person_id AND column_name = :column_name;

-- name: index_delete
DELETE FROM personal_index WHERE person_id = :person_id AND column_name = :column_name;

-- name: index_forget
DELETE FROM personal_index WHERE person_id = :person_id;

-- name: index_of_person
SELECT person_id, column_name, personal, master_key_id, digest, sealed FROM personal_index
WHERE person_id = :person_id;
