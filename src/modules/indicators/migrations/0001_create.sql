CREATE TABLE indicator (
    code      {text} PRIMARY KEY,
    name      {text} NOT NULL,
    name_en   {text} NOT NULL,
    topic     {text} NOT NULL,
    unit      {text} NOT NULL,
    measure   {text} NOT NULL,
    direction {text} NOT NULL CHECK (direction IN ('up', 'down', 'none')),
    frequency {text},
    publisher {text},
    basis     {text} NOT NULL,
    note      {text}
) {strict};
CREATE INDEX indicator_by_topic ON indicator (topic, code);

CREATE TABLE indicator_definition (
    indicator_code {text} NOT NULL REFERENCES indicator (code),
    version        {int}  NOT NULL CHECK (version >= 1),
    valid_from     {text},
    valid_to       {text},
    definition     {text} NOT NULL,
    definition_en  {text},
    numerator      {text},
    denominator    {text},
    formula        {text},
    basis          {text} NOT NULL,
    PRIMARY KEY (indicator_code, version)
) {strict};

CREATE TABLE indicator_derivation (
    indicator_code {text} PRIMARY KEY REFERENCES indicator (code),
    expression     {text} NOT NULL,
    note           {text}
) {strict};

-- When the value of a period is due: months after the period's end.
CREATE TABLE release_rule (
    indicator_code {text} NOT NULL REFERENCES indicator (code),
    period_kind    {text} NOT NULL CHECK (period_kind IN ('year', 'quarter', 'month')),
    status         {text} NOT NULL,
    months_after   {int}  NOT NULL CHECK (months_after BETWEEN 0 AND 60),
    publisher      {text},
    basis          {text} NOT NULL,
    note           {text},
    PRIMARY KEY (indicator_code, period_kind, status)
) {strict};

CREATE TABLE observation (
    id                 {id},
    fact_id            {text} NOT NULL,
    indicator_code     {text} NOT NULL,
    definition_version {int}  NOT NULL,
    area_code          {text} NOT NULL REFERENCES area (code),
    scope              {text},
    among              {text},
    period             {text} NOT NULL,
    period_start       {text},
    period_end         {text} NOT NULL,
    value              {real} NOT NULL,
    value_high         {real},
    low                {real},
    high               {real},
    unit               {text} NOT NULL,
    status             {text} NOT NULL,
    measure            {text} NOT NULL,
    approximation      {text} NOT NULL,
    base_period        {text},
    attaches_to        {text},
    repeats            {text},
    published          {text},
    published_on       {text},
    note               {text},
    visibility         {int}  NOT NULL CHECK (visibility BETWEEN 0 AND 3),
    sample             {bool} NOT NULL,
    recorded_seq       {int}  NOT NULL,
    replaced_seq       {int},
    FOREIGN KEY (indicator_code, definition_version)
        REFERENCES indicator_definition (indicator_code, version),
    CHECK (value_high IS NULL OR value_high >= value)
) {strict};
-- One current row per figure; its earlier values stay.
CREATE UNIQUE INDEX observation_current ON observation (fact_id) WHERE replaced_seq IS NULL;
CREATE INDEX observation_by_fact ON observation (fact_id, id);
CREATE INDEX observation_by_series ON observation (indicator_code, area_code, period_end);
CREATE INDEX observation_by_area ON observation (area_code, id);
CREATE INDEX observation_by_status ON observation (status, area_code, period_end);
CREATE INDEX observation_by_recording ON observation (recorded_seq, published_on, id);
CREATE INDEX observation_by_period ON observation (period, id);
CREATE INDEX observation_by_period_end ON observation (period_end, id);

-- How many current observations there are at each visibility, so that nobody has to count a million
-- rows for a heading. observations.c keeps it in the transaction that changes them.
CREATE TABLE observation_tally (
    visibility {int} PRIMARY KEY,
    count      {int} NOT NULL
) {strict};
INSERT INTO observation_tally (visibility, count) VALUES (0, 0), (1, 0), (2, 0), (3, 0);

-- An observation with the names of what it refers to, and where it is cited from. Every statement
-- that reads observations reads this.
CREATE VIEW observation_cited AS
SELECT observation.id, observation.fact_id, observation.indicator_code,
       indicator.name AS indicator_name, indicator.name_en AS indicator_name_en,
       observation.definition_version, observation.area_code, area.name AS area_name,
       area.name_en AS area_name_en, observation.scope, observation.among, observation.period,
       observation.period_start, observation.period_end, observation.value, observation.value_high,
       observation.low, observation.high, observation.unit, observation.status, observation.measure,
       observation.approximation, observation.base_period, observation.attaches_to,
       observation.repeats, observation.published, observation.published_on, citation.source_code,
       source.title AS source_title, source.title_en AS source_title_en,
       source.kind AS source_kind, source.second_hand,
       citation.line, citation.token, observation.note, observation.visibility, observation.sample,
       observation.recorded_seq, observation.replaced_seq
FROM observation
JOIN indicator ON indicator.code = observation.indicator_code
JOIN area ON area.code = observation.area_code
LEFT JOIN citation ON citation.subject = 'observation' AND citation.subject_id = observation.id
LEFT JOIN source ON source.code = citation.source_code;
