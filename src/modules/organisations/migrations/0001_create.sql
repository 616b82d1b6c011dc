-- Legal persons and other organisations, by their unified social credit code (GB 32100).
CREATE TABLE organisation (
    code        {text} PRIMARY KEY,
    name        {text} NOT NULL,
    name_en     {text},
    kind        {text} NOT NULL,
    area_code   {text} REFERENCES area (code),
    state       {text} NOT NULL,
    note        {text},
    sample      {bool} NOT NULL,
    changed_seq {int}  NOT NULL
) {strict};
CREATE INDEX organisation_by_area ON organisation (area_code, code);
CREATE INDEX organisation_by_kind ON organisation (kind, code);
CREATE INDEX organisation_by_name ON organisation (name, code);
