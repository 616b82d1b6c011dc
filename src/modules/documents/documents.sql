-- name: source_list
SELECT source.*, document.id AS document_id
FROM source LEFT JOIN document ON document.sha256 = source.sha256
 AND document.visibility <= :clearance

-- name: source_show
{source_list}
WHERE source.code = :code;

-- name: source_by_sha256
SELECT * FROM source WHERE sha256 = :sha256;

-- name: source_insert
INSERT INTO source (code, kind, title, title_en, publisher, published, sha256, url, second_hand, note,
                    uploaded, visibility)
VALUES (:code, :kind, :title, :title_en, :publisher, :published, :sha256, :url, :second_hand, :note,
        :uploaded, :visibility);

-- A source that came with an upload is as visible as its document.
-- name: source_follows
UPDATE source SET visibility = :visibility WHERE code = :source_code AND uploaded;

-- A page of the document changes with what is cited from it.
-- name: document_touch
UPDATE document SET changed_seq = :sequence WHERE source_code = :source_code;

-- name: citation_source
SELECT source_code, visibility FROM citation WHERE subject = :subject AND subject_id = :subject_id;

-- name: citation_insert
INSERT INTO citation (subject, subject_id, source_code, line, token, visibility)
VALUES (:subject, :subject_id, :source_code, :line, :token, :visibility);

-- name: citation_end
UPDATE citation SET ended_seq = :sequence WHERE subject = :subject AND subject_id = :subject_id;

-- name: line_find
SELECT document_line.text
FROM document_line JOIN document ON document.id = document_line.document_id
WHERE document_line.document_id = :document_id AND document_line.line = :line
  AND document.visibility <= :clearance;

-- name: document_list
SELECT document.*,
       (SELECT count(*) FROM citation WHERE citation.source_code = document.source_code
        AND citation.ended_seq IS NULL AND citation.visibility <= :clearance)
           AS citation_count
FROM document

-- name: document_show
{document_list}
WHERE document.id = :id;

-- name: document_of_source
SELECT * FROM document WHERE sha256 = :sha256;

-- name: document_by_sha256
SELECT id FROM document WHERE sha256 = :sha256;

-- name: document_insert
INSERT INTO document (name, title, source_code, sha256, media_type, size, line_count, published,
                      visibility, area_code, department_code, added_seq, changed_seq)
VALUES (:name, :title, :source_code, :sha256, :media_type, :size, :line_count, :published,
        :visibility, :area_code, :department_code, :sequence, :sequence) RETURNING id;

-- name: document_update
UPDATE document SET title = :title, published = :published, visibility = :visibility,
                    changed_seq = :sequence
WHERE id = :id RETURNING changed_seq;

-- name: line_insert
INSERT INTO document_line (document_id, line, text) VALUES (:document_id, :line, :text);

-- name: document_lines_all
SELECT CAST(document_line.document_id AS TEXT) || ':' || CAST(document_line.line AS TEXT) AS key,
       document.title, document_line.text, document_line.document_id, document_line.line,
       document.visibility, document.area_code, document.department_code
FROM document_line JOIN document ON document.id = document_line.document_id
WHERE document_line.text <> ''

-- name: document_lines_of
{document_lines_all}
  AND document_line.document_id = :id;

-- name: source_of_document
SELECT source.* FROM source JOIN document ON document.source_code = source.code
WHERE document.id = :id;

-- name: line_page
SELECT document_line.line, document_line.text
FROM document_line
WHERE document_line.document_id = :id AND document_line.line > :after
ORDER BY document_line.line LIMIT :limit;

-- name: citation_page
SELECT citation.line, citation.token, citation.subject_id
FROM citation JOIN document ON document.source_code = citation.source_code
WHERE document.id = :id AND citation.line > :after AND citation.line <= :last
  AND citation.ended_seq IS NULL AND citation.visibility <= :clearance
ORDER BY citation.line, citation.subject_id;
