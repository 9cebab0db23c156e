"""The study as one thing: its file, its inputs, its run. Read `run` first.

- the file: `config`, with one module a section in `sections/`; `validation`, `plausibility` and
  `translation` check and word it; `plan_file` reads plans of the planner page;
- the inputs: `inputs`, with `base_map`, `new_sites`, `option_changes`, `indicators`, `language`,
  `outside`, `own_inputs`, and the capacity of services in the modules `capacity_...`;
- the times: `times`, over the `routers` of the study's modes;
- the run: `appraisal_inputs`, `planning` and `own_roads` prepare what appraisal and pages take,
  `result` is what `run` returns, `study_card` and `show` display it in notebooks;
- repeated runs: `manifest` (replay), `reuse` and `stored` in `cache_folder` (what need not be
  computed again), `run_difference` (two runs compared);
- other questions: `siting/` (`llrgeo locate`), `catchment_areas` (isochrones), and `new_study/`
  (a study from official data).
"""
