"""Input files and downloads, read into checked tables that know their source.

Every table is read by `tables` (`spreadsheets`, `foreign_files` and `text_storage` below it), and
checked against its schema by `table_faults`. Then one module for each kind of input:

- places: `areas`, `sites`, `entrances`, `postcodes`, `candidates`, `base_map`, `map_files`;
- people and services: `projections`, `housing`, `age_rates`, `figures`, `place_figures`;
- capacity and costs: `capacity`, `estate`, `rates`;
- timetables (GTFS): `gtfs`, with `feeds`, `stop_times`, `headways`, `transfers` and `step_free`;
- PBF files of OpenStreetMap, for `llrgeo.roads`: `pbf_framing`, `pbf_numbers`;
- `theme` (the look of pages), `toml_advice` (messages on TOML), `embedded` (data in the package);
- `visible_text`: what a reader sees of a text, for ids, names and study files.

`official/` downloads tables of public bodies.
"""
