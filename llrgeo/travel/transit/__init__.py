"""Public transport: journeys by timetable, door to door, on one day.

`router` has the class that callers use and `departures` its rules (when and how people travel).
Inside, `footpaths` finds the walks to, between and from stops, `connection_scan` scans the
timetable, and `itineraries` lists single journeys leg by leg.
"""
