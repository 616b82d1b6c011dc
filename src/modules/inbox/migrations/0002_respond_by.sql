-- By when whoever has the turn must first do something; NULL = he has, or nobody waits for it.
ALTER TABLE inbox_item ADD COLUMN respond_by {int};
