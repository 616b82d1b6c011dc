-- Whose document it is: a district's or a department's own. Both NULL = the bureau's.
ALTER TABLE document ADD COLUMN area_code {text};
ALTER TABLE document ADD COLUMN department_code {text};
CREATE INDEX document_by_area ON document (area_code, id) WHERE area_code IS NOT NULL;
CREATE INDEX document_by_department ON document (department_code, id)
    WHERE department_code IS NOT NULL;
