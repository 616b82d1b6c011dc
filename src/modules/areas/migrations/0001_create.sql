CREATE TABLE area (
    code          {text} PRIMARY KEY,
    name          {text} NOT NULL,
    name_en       {text} NOT NULL,
    short_name    {text} NOT NULL,
    short_name_en {text} NOT NULL,
    pinyin        {text} NOT NULL,
    kind          {text} NOT NULL,
    gb_code       {text},
    parent        {text} REFERENCES area (code),
    valid_from    {text},
    valid_to      {text},
    tile_column   {int},
    tile_row      {int},
    longitude     {real},
    latitude      {real},
    note          {text},
    CHECK (valid_from IS NULL OR valid_to IS NULL OR valid_from <= valid_to)
) {strict};
CREATE INDEX area_by_kind ON area (kind, code);
CREATE INDEX area_by_parent ON area (parent, code);
CREATE INDEX area_by_pinyin ON area (pinyin, code);

CREATE TABLE area_succession (
    predecessor {text} NOT NULL REFERENCES area (code),
    successor   {text} NOT NULL REFERENCES area (code),
    date        {text} NOT NULL,
    note        {text},
    PRIMARY KEY (predecessor, successor)
) {strict};
CREATE INDEX area_succession_by_successor ON area_succession (successor);

CREATE TABLE area_set (
    code    {text} PRIMARY KEY,
    name    {text} NOT NULL,
    name_en {text} NOT NULL,
    kind    {text} NOT NULL,
    note    {text}
) {strict};

CREATE TABLE area_set_member (
    id         {id},
    set_code   {text} NOT NULL REFERENCES area_set (code),
    area_code  {text} NOT NULL REFERENCES area (code),
    valid_from {text},
    valid_to   {text},
    UNIQUE (set_code, area_code)
) {strict};
CREATE INDEX area_set_member_by_area ON area_set_member (area_code, id);
