-- A field of the step's form that stands for the material: a number under which it can be looked up.
ALTER TABLE case_template_material ADD COLUMN field {text};
