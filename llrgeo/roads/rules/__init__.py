"""Rules of the road: what the tags of streets allow, for which vehicles and at which times."""
