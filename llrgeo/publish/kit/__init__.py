"""The kit of a consultation: a landing page, and pages and leaflets of towns and wards."""
