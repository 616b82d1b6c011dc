-- Which import was undone under a number.
CREATE INDEX import_by_undo ON import (undo_seq) WHERE undo_seq IS NOT NULL;
