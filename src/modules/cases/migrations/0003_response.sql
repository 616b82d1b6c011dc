-- Within what time whoever has the turn must first do something; and which role may change a limit.
ALTER TABLE case_template_step ADD COLUMN response_amount {int};
ALTER TABLE case_template_step ADD COLUMN response_unit {text};
ALTER TABLE case_template_step ADD COLUMN limit_role {text};
ALTER TABLE case_step ADD COLUMN response_clock_id {int};
ALTER TABLE case_step ADD COLUMN responded_at {int};
