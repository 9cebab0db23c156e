"""Rules of the road: what the tags of streets allow, for which vehicles and at which times.

`driving` decides access, direction and passage by the tables that `profile` reads, and `clearance`
by height and width. `conditional` evaluates tags that hold at certain times for a time of `clock`:
`opening_hours` parses their hours into `hours_rule`, with `bank_holidays`.
"""
