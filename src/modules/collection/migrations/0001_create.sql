-- What data the city needs, who owes them, and when.
CREATE TABLE data_set (
    code            {text} PRIMARY KEY,
    name            {text} NOT NULL,
    name_en         {text} NOT NULL,
    kind            {text} NOT NULL,
    department_code {text} NOT NULL REFERENCES department (code),
    definition      {text} NOT NULL,
    definition_en   {text},
    source_system   {text},
    legal_basis     {text},
    basis           {text} NOT NULL,
    rhythm          {text} NOT NULL,
    due_days        {int}  NOT NULL CHECK (due_days BETWEEN 0 AND 400),
    due_in          {text} NOT NULL CHECK (due_in IN ('days', 'workdays')),
    starts_on       {text} NOT NULL,
    ends_on         {text},
    target          {text},
    class           {int}  NOT NULL CHECK (class BETWEEN 0 AND 3),
    expected_rows   {int},
    last_arrived_at {int},
    sample          {bool} NOT NULL,
    changed_seq     {int}  NOT NULL
) {strict};

CREATE TABLE data_set_field (
    data_set_code {text} NOT NULL REFERENCES data_set (code),
    position      {int}  NOT NULL,
    name          {text} NOT NULL,
    zh            {text} NOT NULL,
    en            {text} NOT NULL,
    kind          {text} NOT NULL,
    required      {bool} NOT NULL,
    class         {int}  NOT NULL CHECK (class BETWEEN 0 AND 3),
    is_personal   {bool} NOT NULL,
    definition    {text},
    PRIMARY KEY (data_set_code, name)
) {strict};

-- Which indicators are computed from it.
CREATE TABLE data_set_indicator (
    data_set_code  {text} NOT NULL REFERENCES data_set (code),
    indicator_code {text} NOT NULL REFERENCES indicator (code),
    PRIMARY KEY (data_set_code, indicator_code)
) {strict};
CREATE INDEX data_set_indicator_back ON data_set_indicator (indicator_code, data_set_code);

-- One row for each period of a data set, made when the period begins. `department_code` is who owes
-- it: the owner of the data set at that time.
CREATE TABLE delivery (
    id              {id},
    data_set_code   {text} NOT NULL REFERENCES data_set (code),
    department_code {text} NOT NULL REFERENCES department (code),
    period          {text} NOT NULL,
    period_start    {text} NOT NULL,
    period_end      {text} NOT NULL,
    due_on          {text} NOT NULL,
    state           {text} NOT NULL CHECK (state IN ('expected', 'late', 'arrived', 'rejected',
                                                     'accepted')),
    arrived_at      {int},
    import_id       {int},
    feed_id         {int},
    file_sha256     {text},
    rows            {int},
    reason          {text},
    changed_seq     {int}  NOT NULL
) {strict};
CREATE UNIQUE INDEX delivery_once ON delivery (data_set_code, period_start);
CREATE INDEX delivery_by_state ON delivery (state, due_on);
CREATE INDEX delivery_by_data_set ON delivery (data_set_code, state, due_on);
CREATE INDEX delivery_by_department ON delivery (department_code, due_on);
CREATE INDEX delivery_by_end ON delivery (period_end);
CREATE INDEX delivery_by_due ON delivery (due_on, id);
CREATE INDEX delivery_by_period ON delivery (period, id);

-- At most one for a delivery on a day.
CREATE TABLE reminder (
    id              {id},
    delivery_id     {int}  NOT NULL REFERENCES delivery (id),
    department_code {text} NOT NULL,
    day             {text} NOT NULL,
    text            {text} NOT NULL,
    text_en         {text} NOT NULL,
    by_name         {text} NOT NULL,
    created_at      {int}  NOT NULL,
    seen_at         {int}
) {strict};
CREATE UNIQUE INDEX reminder_once ON reminder (delivery_id, day);
CREATE INDEX reminder_by_department ON reminder (department_code, id);
