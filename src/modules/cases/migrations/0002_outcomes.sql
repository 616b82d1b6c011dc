-- How a step can turn out other than done, and what becomes of the case then. The first of a step
-- whose condition holds when it is completed is taken; where none does, the case goes on.
CREATE TABLE case_template_outcome (
    template_code    {text} NOT NULL,
    template_version {int}  NOT NULL,
    step             {text} NOT NULL,
    position         {int}  NOT NULL,
    code             {text} NOT NULL,
    name             {text} NOT NULL,
    name_en          {text} NOT NULL,
    condition        {text} NOT NULL, -- over the answers
    effect           {text} NOT NULL CHECK (effect IN ('end', 'return')),
    to_step          {text}, -- of a return: the step from which it is done again
    reason_field     {text}, -- whose answer is told to the applicant; it has to be given then
    PRIMARY KEY (template_code, template_version, code)
) {strict};

-- By which outcome the case ended; NULL = all its steps were done, or it was withdrawn.
ALTER TABLE case_file ADD COLUMN outcome {text};
DROP VIEW case_named;
CREATE VIEW case_named AS
SELECT case_file.id, case_file.template_code, case_file.template_version,
       case_template.name AS template_name, case_template.name_en AS template_name_en,
       case_file.organisation_code, organisation.name AS organisation_name, case_file.area_code,
       case_file.state, case_file.outcome, case_template_outcome.name AS outcome_name,
       case_template_outcome.name_en AS outcome_name_en, case_file.started_at,
       case_file.started_by, case_file.ended_at, case_file.changed_seq
FROM case_file JOIN organisation ON organisation.code = case_file.organisation_code
JOIN case_template ON case_template.code = case_file.template_code
     AND case_template.version = case_file.template_version
LEFT JOIN case_template_outcome ON case_template_outcome.template_code = case_file.template_code
     AND case_template_outcome.template_version = case_file.template_version
     AND case_template_outcome.code = case_file.outcome;
