CREATE TABLE department (
    code            {text} PRIMARY KEY,
    name            {text} NOT NULL,
    name_en         {text} NOT NULL,
    scope           {text},
    named_in_source {bool} NOT NULL
) {strict};

-- Days that are not what their weekday says: public holidays, and weekends worked instead.
CREATE TABLE calendar_day (
    date {text} PRIMARY KEY,
    kind {text} NOT NULL CHECK (kind IN ('holiday', 'workday')),
    name {text} NOT NULL
) {strict};
