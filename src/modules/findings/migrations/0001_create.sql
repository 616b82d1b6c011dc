-- What the plausibility check found. `identity` says of which rule it is and about which figures
-- with which values (identity.c): found again, it is the same finding; once a figure is revised, it
-- is gone. `content` covers what the check writes besides, so that a run writes only what changed.
CREATE TABLE finding (
    id                 {id},
    identity           {text} NOT NULL UNIQUE,
    content            {text} NOT NULL,
    rule               {text} NOT NULL,
    kind               {text} NOT NULL,
    severity           {int}  NOT NULL, -- the kind as a number: 0 is the gravest
    statement          {text} NOT NULL,
    statement_en       {text} NOT NULL,
    arithmetic         {text} NOT NULL,
    indicator_code     {text} NOT NULL, -- of its first figure, as the area is
    area_code          {text} NOT NULL,
    figure_count       {int}  NOT NULL,
    sample             {bool} NOT NULL, -- one of the figures is a sample
    state              {text} NOT NULL,
    changed_seq        {int}  NOT NULL,
    reason             {text},          -- of the last step
    owner_id           {int},           -- account that looks after it
    own_area_code      {text},          -- whose officers may see and handle it
    own_department_code {text},
    visibility_allowed {int}  NOT NULL CHECK (visibility_allowed BETWEEN 0 AND 3),
    visibility_asked   {int}  NOT NULL CHECK (visibility_asked BETWEEN 0 AND 3),
    visibility         {int}  NOT NULL CHECK (visibility BETWEEN 0 AND 3), -- the stricter of the two
    found_at           {int}  NOT NULL,
    found_seq          {int}  NOT NULL,
    gone_seq           {int}            -- since when the check finds it no more
) {strict};
CREATE INDEX finding_by_severity ON finding (severity, id);
CREATE INDEX finding_by_change ON finding (changed_seq, id);
CREATE INDEX finding_by_state ON finding (state, severity, id);
CREATE INDEX finding_by_rule ON finding (rule, severity, id);
CREATE INDEX finding_by_kind ON finding (kind, severity, id);
CREATE INDEX finding_by_owner ON finding (owner_id, severity, id) WHERE owner_id IS NOT NULL;
CREATE INDEX finding_by_own_area ON finding (own_area_code, id) WHERE own_area_code IS NOT NULL;
CREATE INDEX finding_by_own_department ON finding (own_department_code, id)
    WHERE own_department_code IS NOT NULL;
CREATE INDEX finding_there ON finding (id) WHERE gone_seq IS NULL;

-- The figures of a finding, the most telling first, as they were when it was found.
CREATE TABLE finding_figure (
    finding_id     {int}  NOT NULL REFERENCES finding (id),
    position       {int}  NOT NULL,
    fact_id        {text} NOT NULL,
    observation_id {int}  NOT NULL,
    indicator_code {text} NOT NULL,
    area_code      {text} NOT NULL,
    PRIMARY KEY (finding_id, position)
) {strict};
CREATE INDEX finding_figure_by_fact ON finding_figure (fact_id, finding_id);
CREATE INDEX finding_figure_by_indicator ON finding_figure (indicator_code, finding_id);
CREATE INDEX finding_figure_by_area ON finding_figure (area_code, finding_id);

-- The last check: one row.
CREATE TABLE finding_check (
    id                {int} PRIMARY KEY CHECK (id = 1),
    checked_at        {int},
    checked_seq       {int} NOT NULL, -- changes of observations up to this number are in it
    observation_count {int} NOT NULL,
    finding_count     {int} NOT NULL,
    milliseconds      {int} NOT NULL
) {strict};
INSERT INTO finding_check (id, checked_seq, observation_count, finding_count, milliseconds)
VALUES (1, 0, 0, 0, 0);
