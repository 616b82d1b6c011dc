-- An area is a district's own when it is the district, lies in it, or went into it.
-- name: area_is_own
WITH RECURSIVE own (code) AS (
    SELECT code FROM area WHERE code = :own_area
    UNION
    SELECT below.code FROM own JOIN (
        SELECT code, parent AS up FROM area
        UNION ALL SELECT predecessor AS code, successor AS up FROM area_succession
    ) AS below ON below.up = own.code)
SELECT code FROM own
