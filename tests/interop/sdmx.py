"""SDMX-CSV 2.0 and SDMX-JSON 2.0 by the rules of their field guides, with nothing of ours.

    sdmx.py CSV JSON ROWS_OF_CSV ROWS_OF_JSON
"""
import csv
import json
import sys

COLUMNS = ["OBS_ID", "INDICATOR", "REF_AREA", "STATUS", "UNIT_MEASURE", "OBS_VALUE"]


def write(path, rows):
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write("\t".join(str(row[column]) for column in COLUMNS) + "\n")


def from_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["STRUCTURE"] for row in rows} == {"datastructure"}
    print(f"  SDMX-CSV: {len(rows)} observations of {rows[0]['STRUCTURE_ID']}")
    return rows


def from_json(path):
    with open(path, encoding="utf-8") as file:
        data = json.load(file)["data"]
    structure = data["structures"][data["dataSets"][0]["structure"]]
    dimensions = structure["dimensions"]["observation"]
    measures = structure["measures"]["observation"]
    attributes = structure["attributes"]["observation"]
    assert [d["keyPosition"] for d in dimensions] == list(range(len(dimensions)))
    rows = []
    for key, values in data["dataSets"][0]["observations"].items():
        row = {}
        for dimension, place in zip(dimensions, key.split(":"), strict=True):
            value = dimension["values"][int(place)]
            row[dimension["id"]] = value.get("id", value.get("value"))
        for component, value in zip(measures + attributes, values, strict=True):
            coded = "values" in component and value is not None
            row[component["id"]] = component["values"][value]["id"] if coded else value
        rows.append(row)
    print(f"  SDMX-JSON: {len(rows)} observations, {len(dimensions)} dimensions: "
          + " ".join(d["id"] for d in dimensions))
    return rows


write(sys.argv[3], from_csv(sys.argv[1]))
write(sys.argv[4], from_json(sys.argv[2]))
