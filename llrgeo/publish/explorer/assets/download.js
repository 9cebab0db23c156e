// The file of every area that a reader takes away: its name and first lines say what it is.
"use strict";

// Returns { name, text }. The name has no letter that a file system minds.
function llrgeoDownload(data, chosen, now, planLabel) {
  const words = data.strings;
  const { date, run, sources } = data.edition;
  // What the run says is of the journey that options are judged by: another may have no known error.
  const error = llrgeoModel.isMeasured(now.accuracy) ? data.edition.error
    : [data.edition.error, words.close_unknown].filter(Boolean).join(" ");
  const isOwn = chosen.switched.size > 0;
  const inFile = (minutes) => (minutes === Infinity ? "" : minutes.toFixed(1));
  const siteName = (place) => (place < 0 ? "" : data.sites[place].name);
  const about = [
    [data.title],
    [words.option_label, planLabel],
    ...(isOwn ? [[words.file_switched,
      [...chosen.switched].map((site) => data.sites[site].name).join("; ")]] : []),
    [words.service_label, now.service.label],
    [words.journey_label, now.journey.label],
    [words.file_date, date],
    [words.file_run, run],
    [words.file_error, error],
    ...sources.map((source) => [words.file_source, source]),
    [],
  ];
  const heads = [words.column_code, words.column_area, words.column_site, words.column_before,
    words.column_after, words.column_people];
  const rows = data.areas.id.map((id, area) => [id, data.areas.label[area],
    siteName(now.after.site[area]), inFile(now.before.minutes[area]),
    inFile(now.after.minutes[area]), data.areas.people[area]]);
  const parts = [chosen.option, isOwn ? words.file_own : "", chosen.service, chosen.journey, date,
    `run-${run}`];
  const name = parts.filter(Boolean).join("-").replace(/[^\p{L}\p{N}_-]+/gu, "-");
  return { name: `${name}.csv`, text: llrgeoText.csv([...about, heads, ...rows]) };
}

// Offer a table as a file of the reader's own device.
function llrgeoSave({ name, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`\ufeff${text}`], { type: "text/csv" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
