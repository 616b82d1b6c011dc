-- How two indicators belong together, by somebody's declaration; plausibility/figures.h says what
-- each relation means.
CREATE TABLE indicator_relation (
    indicator_code {text} NOT NULL REFERENCES indicator (code),
    other_code     {text} NOT NULL REFERENCES indicator (code),
    relation       {text} NOT NULL
        CHECK (relation IN ('part_of', 'near_homonym', 'gross_of', 'net_of')),
    basis          {text} NOT NULL,
    note           {text},
    PRIMARY KEY (indicator_code, other_code, relation),
    CHECK (indicator_code <> other_code)
) {strict};

-- What the sentence of a figure says of a series without printing its number: 研发投入强度实现倍增.
CREATE TABLE observation_claim (
    fact_id        {text} NOT NULL,
    indicator_code {text} NOT NULL REFERENCES indicator (code),
    area_code      {text} NOT NULL REFERENCES area (code),
    base_period    {text} NOT NULL,
    period         {text} NOT NULL,
    multiple       {real} NOT NULL CHECK (multiple > 0),
    note           {text},
    PRIMARY KEY (fact_id, indicator_code, area_code)
) {strict};
