"""Columns of a tab-separated table, by their headings.

    table.py FILE WHICH
"""
import csv
import sys

WHICH = {
    "observations": ["id", "indicator_code", "area_code", "status", "unit", "value"],
    "observations_en": ["Number", "Indicator", "Area", "Status", "Unit", "Value, in the unit itself"],
    "areas": ["code", "longitude", "latitude"],
    "gdal": ["code", "X", "Y"],
}

csv.field_size_limit(1 << 24)
with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    rows = list(csv.DictReader(file, delimiter="\t"))
print(f"  saw {len(rows)} rows, {len(rows[0])} columns", file=sys.stderr)
for row in rows:
    print("\t".join(row[name] for name in WHICH[sys.argv[2]]))
