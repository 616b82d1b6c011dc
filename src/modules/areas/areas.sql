-- name: area_list
SELECT * FROM area

-- name: area_show
SELECT * FROM area WHERE code = :code;

-- name: area_predecessors
SELECT area.code, area.name, area.name_en, area_succession.date, area_succession.note
FROM area_succession JOIN area ON area.code = area_succession.predecessor
WHERE area_succession.successor = :code ORDER BY area.code;

-- name: area_successors
SELECT area.code, area.name, area.name_en, area_succession.date, area_succession.note
FROM area_succession JOIN area ON area.code = area_succession.successor
WHERE area_succession.predecessor = :code ORDER BY area.code;

-- name: area_memberships
SELECT area_set.code, area_set.name, area_set.name_en, area_set.kind, area_set_member.valid_from,
       area_set_member.valid_to
FROM area_set_member JOIN area_set ON area_set.code = area_set_member.set_code
WHERE area_set_member.area_code = :code ORDER BY area_set.code;

-- name: area_set_list
SELECT * FROM area_set

-- name: area_set_show
SELECT * FROM area_set WHERE code = :code;

-- name: area_set_member_list
SELECT area_set_member.id, area_set_member.set_code, area_set_member.area_code,
       area.name AS area_name, area.name_en AS area_name_en, area_set_member.valid_from,
       area_set_member.valid_to
FROM area_set_member JOIN area ON area.code = area_set_member.area_code

-- name: area_set_on
SELECT area.*
FROM area_set_member JOIN area ON area.code = area_set_member.area_code
WHERE area_set_member.set_code = :set_code
  AND (area.valid_from IS NULL OR area.valid_from <= :day)
  AND (area.valid_to IS NULL OR area.valid_to >= :day)
  AND (area_set_member.valid_from IS NULL OR area_set_member.valid_from <= :day)
  AND (area_set_member.valid_to IS NULL OR area_set_member.valid_to >= :day)
ORDER BY area.code;

-- name: area_set_ever
SELECT area.*
FROM area_set_member JOIN area ON area.code = area_set_member.area_code
WHERE area_set_member.set_code = :set_code
ORDER BY area.code;

-- A member of a partition whose parent is a member too, on some day that both have.
-- name: area_partition_overlaps
SELECT a.set_code AS code, a.area_code AS name
FROM area_set_member AS a
JOIN area_set ON area_set.code = a.set_code AND area_set.kind = 'partition'
JOIN area AS inner_area ON inner_area.code = a.area_code
JOIN area_set_member AS b ON b.set_code = a.set_code AND b.area_code = inner_area.parent
WHERE (a.valid_from IS NULL OR b.valid_to IS NULL OR a.valid_from <= b.valid_to)
  AND (b.valid_from IS NULL OR a.valid_to IS NULL OR b.valid_from <= a.valid_to)
ORDER BY a.set_code, a.area_code LIMIT 1;

-- Two members of a set in one cell of the cartogram, on some day that both have.
-- name: area_cell_clashes
SELECT a.set_code AS code, first_area.name AS name, second_area.name AS name_en
FROM area_set_member AS a
JOIN area AS first_area ON first_area.code = a.area_code
JOIN area_set_member AS b ON b.set_code = a.set_code AND b.area_code > a.area_code
JOIN area AS second_area ON second_area.code = b.area_code
 AND second_area.tile_column = first_area.tile_column AND second_area.tile_row = first_area.tile_row
WHERE (first_area.valid_from IS NULL OR second_area.valid_to IS NULL
       OR first_area.valid_from <= second_area.valid_to)
  AND (second_area.valid_from IS NULL OR first_area.valid_to IS NULL
       OR second_area.valid_from <= first_area.valid_to)
ORDER BY a.set_code, a.area_code LIMIT 1;
