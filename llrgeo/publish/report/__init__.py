"""The report: charts, tables and maps that need no script, as a page and as PDF."""
