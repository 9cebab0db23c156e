"""Data files: CSV, workbook, GIS layers and the data dictionary."""
