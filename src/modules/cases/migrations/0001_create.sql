-- What a case consists of, as data. A version that a case has used is never changed: a new one is.
CREATE TABLE case_template (
    code        {text} NOT NULL,
    version     {int}  NOT NULL,
    name        {text} NOT NULL,
    name_en     {text} NOT NULL,
    note        {text},
    note_en     {text},
    basis       {text} NOT NULL,
    source      {text},
    active      {bool} NOT NULL,
    changed_seq {int}  NOT NULL,
    PRIMARY KEY (code, version)
) {strict};

CREATE TABLE case_template_step (
    template_code    {text} NOT NULL,
    template_version {int}  NOT NULL,
    position         {int}  NOT NULL,
    code             {text} NOT NULL,
    name             {text} NOT NULL,
    name_en          {text} NOT NULL,
    after            {text}, -- codes of the steps that come before, with blanks between
    condition        {text}, -- over the answers; where it does not hold the step is left out
    role             {text} NOT NULL,
    party            {text} NOT NULL, -- applicant, area, anywhere, department:DEP14, field:bank
    limit_amount     {int},
    limit_unit       {text},
    rule             {text}, -- what must hold for the step to be completed
    rule_text        {text},
    rule_text_en     {text},
    PRIMARY KEY (template_code, template_version, code)
) {strict};

CREATE TABLE case_template_field (
    template_code    {text} NOT NULL,
    template_version {int}  NOT NULL,
    step             {text} NOT NULL,
    position         {int}  NOT NULL,
    code             {text} NOT NULL,
    name             {text} NOT NULL,
    name_en          {text} NOT NULL,
    kind             {text} NOT NULL,
    unit             {text},
    choices          {text}, -- with | between
    required         {bool} NOT NULL,
    prefill          {text}, -- organisation.name, or the code of an earlier answer
    PRIMARY KEY (template_code, template_version, code)
) {strict};

CREATE TABLE case_template_material (
    template_code    {text} NOT NULL,
    template_version {int}  NOT NULL,
    step             {text} NOT NULL,
    code             {text} NOT NULL,
    name             {text} NOT NULL,
    name_en          {text} NOT NULL,
    required         {bool} NOT NULL,
    PRIMARY KEY (template_code, template_version, step, code)
) {strict};

CREATE TABLE case_file (
    id                {id},
    template_code     {text} NOT NULL,
    template_version  {int}  NOT NULL,
    organisation_code {text} NOT NULL REFERENCES organisation (code),
    area_code         {text},
    state             {text} NOT NULL CHECK (state IN ('running', 'done', 'withdrawn')),
    started_at        {int}  NOT NULL,
    started_by        {text} NOT NULL,
    ended_at          {int},
    changed_seq       {int}  NOT NULL
) {strict};
CREATE INDEX case_file_by_template ON case_file (template_code, template_version, id);

CREATE TABLE case_step (
    id                {id},
    case_id           {int}  NOT NULL REFERENCES case_file (id),
    position          {int}  NOT NULL,
    code              {text} NOT NULL,
    state             {text} NOT NULL CHECK (state IN ('waiting', 'open', 'paused', 'done',
                                                       'skipped', 'cancelled')),
    role              {text} NOT NULL,
    organisation_code {text},
    area_code         {text},
    department_code   {text},
    clock_id          {int},
    opened_at         {int},
    ended_at          {int},
    ended_by          {text},
    late              {bool} NOT NULL,
    changed_seq       {int}  NOT NULL
) {strict};
CREATE UNIQUE INDEX case_step_once ON case_step (case_id, code);
CREATE INDEX case_step_by_organisation ON case_step (organisation_code, id);
CREATE INDEX case_step_by_area ON case_step (area_code, id);
CREATE INDEX case_step_by_department ON case_step (department_code, id);

-- Whose case it is: "" for those who see all, and each who has had a step in it, as an audience
-- without its role ("o:9151…", "d:DEP14", "a:CQ-BB").
CREATE TABLE case_party (
    party   {text} NOT NULL,
    case_id {int}  NOT NULL REFERENCES case_file (id),
    PRIMARY KEY (party, case_id)
) {strict};
CREATE INDEX case_party_by_case ON case_party (case_id, party);

CREATE TABLE case_answer (
    case_id {int}  NOT NULL REFERENCES case_file (id),
    code    {text} NOT NULL,
    step_id {int}  NOT NULL,
    value   {text} NOT NULL,
    PRIMARY KEY (case_id, code)
) {strict};

CREATE TABLE case_note (
    id       {id},
    case_id  {int}  NOT NULL REFERENCES case_file (id),
    at       {int}  NOT NULL,
    actor    {text} NOT NULL,
    name     {text} NOT NULL,
    text     {text} NOT NULL,
    sequence {int}  NOT NULL
) {strict};
CREATE INDEX case_note_by_case ON case_note (case_id, id);

-- How many steps are open, and late: counted as they change, for the board.
CREATE TABLE case_tally (
    party            {text} NOT NULL,
    template_code    {text} NOT NULL,
    template_version {int}  NOT NULL,
    step             {text} NOT NULL,
    slot             {int}  NOT NULL,
    open_count       {int}  NOT NULL,
    late_count       {int}  NOT NULL,
    PRIMARY KEY (party, template_code, template_version, step, slot)
) {strict};

-- A case with the names of what it is about.
CREATE VIEW case_named AS
SELECT case_file.id, case_file.template_code, case_file.template_version,
       case_template.name AS template_name, case_template.name_en AS template_name_en,
       case_file.organisation_code, organisation.name AS organisation_name, case_file.area_code,
       case_file.state, case_file.started_at, case_file.started_by, case_file.ended_at,
       case_file.changed_seq
FROM case_file JOIN organisation ON organisation.code = case_file.organisation_code
JOIN case_template ON case_template.code = case_file.template_code
     AND case_template.version = case_file.template_version;
