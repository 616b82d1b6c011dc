CREATE TABLE place (
    code        {text} PRIMARY KEY,
    name        {text} NOT NULL,
    name_en     {text} NOT NULL,
    kind        {text} NOT NULL,
    kind_en     {text} NOT NULL,
    area_code   {text} REFERENCES area (code),
    longitude   {real} NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    latitude    {real} NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    precision_m {int}  NOT NULL CHECK (precision_m > 0),
    basis       {text} NOT NULL,
    sample      {bool} NOT NULL,
    note        {text}
) {strict};
CREATE INDEX place_by_area ON place (area_code, code);
CREATE INDEX place_by_kind ON place (kind, code);
