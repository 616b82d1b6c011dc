-- name: attachment_insert
INSERT INTO attachment (person_id, name, media_type, size, added_at, added_seq)
VALUES (:person_id, :name, :media_type, :size, :now, :sequence) RETURNING id;

-- name: attachment_show
SELECT * FROM attachment WHERE id = :id;

-- name: attachments_of
SELECT * FROM attachment WHERE person_id = :person_id ORDER BY id;

-- name: chunk_insert
INSERT INTO attachment_chunk (attachment_id, number, data) VALUES (:id, :number, :data);

-- name: chunks_of
SELECT number, data FROM attachment_chunk WHERE attachment_id = :id ORDER BY number;
