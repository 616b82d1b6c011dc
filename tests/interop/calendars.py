"""The events of a calendar, as icalendar reads them: day, category, what it is about.

    calendars.py FILE
"""
import re
import sys

import icalendar

with open(sys.argv[1], "rb") as file:
    text = file.read()
assert max(len(line) for line in text.split(b"\r\n")) <= 75
calendar = icalendar.Calendar.from_ical(text)
events = calendar.walk("VEVENT")
assert len({event["UID"] for event in events}) == len(events)
print(f"  saw {len(events)} events of “{calendar['NAME']}”, the first: {events[0]['SUMMARY']}",
      file=sys.stderr)
for event in events:
    subject = re.sub("^应发布：|（(放假|调休上班)）$", "", str(event["SUMMARY"]))
    category = event["CATEGORIES"].to_ical().decode()
    print(event["DTSTART"].dt.isoformat(), category, subject, sep="\t")
