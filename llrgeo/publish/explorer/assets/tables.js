// The explorer's tables: rows of text from the figures of model.js, filled in by textContent.
"use strict";

function llrgeoTables(data) {
  const m = llrgeoModel;
  const { fill, peopleInWords, oneDecimal, wholeMinutes, shownChange } = llrgeoText;
  const words = data.strings;
  const SIGNS = /[▲▼≈]/;
  const CLOSE = "≈"; // after a change that is too close to say, as on the pages of places
  const WIDE = ".wide, .scroll"; // regions that scroll sideways
  const PAUSE_MS = 500;
  const ONE_LINE = 14; // letters of a cell that a phone has room for in one line
  let pause = 0; // the timer that waits for a reader's pause

  function element(tag, text, properties) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    return Object.assign(made, properties);
  }

  const paragraphs = (lines, properties) => lines.map((line) => element("p", line, properties));

  // A text is written where it differs: what stays as it was need not be laid out anew.
  function setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  // Paragraphs, or items of a list, each [text, class]; those that are there are used again.
  function fillLines(box, lines, tag = "p") {
    lines.forEach(([text, className], place) => {
      const line = box.children[place] || box.appendChild(element(tag));
      setText(line, text);
      if (line.className !== className) line.className = className;
    });
    while (box.children.length > lines.length) box.lastElementChild.remove();
  }

  // Rows that are there are used again, so that what stays as it was is not laid out anew.
  function fillTable(name, heads, rows) {
    const table = document.getElementById(`table-${name}`);
    const [head] = table.tHead.rows;
    const [body] = table.tBodies;
    if (head && head.cells.length === heads.length) {
      heads.forEach((text, place) => setText(head.cells[place], text));
    } else { // a table of other columns
      table.tHead.replaceChildren(headRow(heads));
      body.replaceChildren();
    }
    rows.forEach((cells, place) =>
      fillRow(body.rows[place] || body.appendChild(element("tr")), heads, cells));
    while (body.rows.length > rows.length) body.lastElementChild.remove();
    // Where nobody has a longer journey no area is hit hardest: a table of heads alone says nothing.
    const isEmpty = rows.length === 0;
    if (table.parentElement.hidden !== isEmpty) table.parentElement.hidden = isEmpty;
  }

  function headRow(heads) {
    const head = element("tr");
    heads.forEach((text) => head.append(element("th", text, { scope: "col" })));
    return head;
  }

  function fillRow(row, heads, [heading, ...cells]) {
    const known = row.cells[0];
    if (!known) row.append(headCell(heading));
    else if (known.textContent !== [heading].flat().join(" ")) known.replaceWith(headCell(heading));
    // Where text is large the cells of a row stand beneath each other, each with its heading.
    cells.forEach((text, place) => {
      const cell = row.cells[place + 1] || row.appendChild(element("td"));
      const isNew = cell.textContent !== text;
      if (isNew) cell.textContent = text;
      if (cell.dataset.head !== heads[place + 1]) cell.dataset.head = heads[place + 1];
      if (isNew && SIGNS.test(text)) cell.ariaLabel = spoken(text);
      else if (isNew && cell.ariaLabel) cell.ariaLabel = null;
    });
    return row;
  }

  // A cell as it is spoken: a voice passes over the signs of longer, shorter and too close, or spells
  // them.
  function spoken(text) {
    return text.replace(/▲\s(?=\d)/g, `${words.spoken_longer} `)
      .replace(/▼\s(?=\d)/g, `${words.spoken_shorter} `)
      .replace(/[▲▼]\s/g, "").replace(/\s≈/g, `, ${words.spoken_close}`);
  }

  // The bar beneath the headline: longer, the same, shorter, in thousandths of all people.
  function showBar({ isToday, overall, everyone }) {
    document.getElementById("outcome").hidden = isToday;
    const { anyLonger, same, none, shorter } = overall.everyone;
    let start = 0;
    [anyLonger, same + none, shorter].forEach((count, place) => {
      const part = document.getElementById("bar").children[place];
      const width = (1000 * count) / everyone.total;
      part.setAttribute("x", start);
      part.setAttribute("width", width);
      start += width;
    });
  }

  // The heading of a row: a text, or a text and what is said beneath it.
  function headCell(heading) {
    const [text, beneath] = [heading].flat();
    const head = element("th", text, { scope: "row" });
    if (beneath) head.append(" ", element("span", beneath, { className: "beneath" }));
    return head;
  }

  function minutesInTable(minutes) {
    return minutes === Infinity ? words.no_route : oneDecimal(minutes, words);
  }

  function meanText(minutes) {
    return Number.isNaN(minutes) ? words.nobody : oneDecimal(minutes, words);
  }

  const MEANS = [words.column_before, words.column_after];
  // People by class over all services; those "mixed" and "lost" are part of those with a longer one.
  const PEOPLE = [
    [words.column_any_longer, (counts) => counts.anyLonger],
    [words.column_mixed, (counts) => counts.mixed],
    [words.column_lost, (counts) => counts.lost, "if any"],
    [words.column_only_shorter, (counts) => counts.shorter],
    [words.column_unmoved, (counts) => counts.same],
    [words.column_none, (counts) => counts.none, "if any"],
    [words.column_too_close, (counts) =>
      (counts.closeLonger === null ? null : counts.closeLonger + counts.close.shorter)],
  ];

  function peopleOrNotKnown(count) {
    return count === null ? words.cell_not_known : peopleInWords(count, words);
  }

  function fillPeople(name, first, groups) {
    const shown = PEOPLE.filter(([, count, ifAny]) =>
      !ifAny || groups.some(([, counts]) => count(counts) > 0));
    fillTable(name, [first, ...shown.map(([head]) => head)], groups.map(([label, counts]) =>
      [label, ...shown.map(([, count]) => peopleOrNotKnown(count(counts)))]));
  }

  // A change as a mark; with the measured errors it says what is too close to say.
  function changeMark(before, after, accuracy) {
    const kind = m.outcome(before, after, data.tolerance);
    const sign = { improved: "▼", worsened: "▲", unchanged: "=" }[kind];
    if (!sign) return words[`mark_${kind}`];
    const mark = `${sign} ${oneDecimal(Math.abs(m.change(before, after)), words)}`;
    return accuracy && kind !== "unchanged" && m.tooClose(accuracy, before, after)
      ? fill(words.mark_too_close, { change: mark }) : mark;
  }

  function areaCells(end, area) {
    const [before, after] = [end.before.minutes[area], end.after.minutes[area]];
    return [minutesInTable(before), minutesInTable(after), changeMark(before, after, end.accuracy)];
  }

  function fillAreas(name, now, areas) {
    fillTable(name, [words.column_area, ...MEANS, words.column_change],
      areas.map((area) => [data.areas.label[area], ...areaCells(now, area)]));
  }

  function serviceLabel(service) {
    return fill(words[`${service.delivery}_service`], { service: service.label });
  }

  // The table of options, for a journey; only another journey changes it.
  function showOptions(counted) {
    fillPeople("options", words.column_option, counted);
  }

  function showAll(now) {
    const { overall } = now;
    const tenthLabels = now.tenths.map((_, place) => fill(words.tenth, { tenth: place + 1 }));
    if (tenthLabels.length) {
      tenthLabels.splice(0, 1, words.tenth_first);
      tenthLabels.splice(-1, 1, words.tenth_last);
    }
    const places = (groups) => data.authorities.map((name, place) => [name, groups[place]]);
    const tenths = (groups) => tenthLabels.map((name, place) => [name, groups[place]]);
    fillPeople("winners", words.column_place,
      [[words.everyone, overall.everyone], ...places(overall.places)]);
    if (overall.tenths.length) {
      fillPeople("deprivation", words.column_tenth, tenths(overall.tenths));
    }
    fillTable("services", [words.column_service, words.column_longer, words.column_shorter,
      words.column_same], overall.services.map((end) => {
      const { longer, shorter, same } = m.countService(data.areas.people, end, data.tolerance);
      return [serviceLabel(end.service),
        ...[longer, shorter, same].map((count) => peopleInWords(count, words))];
    }));
    fillTable("means", [words.column_place, ...MEANS],
      [[words.everyone, now.everyone], ...places(now.places), ...tenths(now.tenths)].map(
        ([name, group]) => [name, meanText(group.meanBefore), meanText(group.meanAfter)]));
    fillTable("bands", [words.column_time, words.column_before_people, words.column_after_people],
      data.time.labels.map((label, place) => [label, peopleInWords(now.bands.before[place], words),
        peopleInWords(now.bands.after[place], words)]));
    fillTable("changed", [words.column_area, words.column_service, ...MEANS, words.column_change],
      overall.worst.map(({ area, end }) =>
        [data.areas.label[area], end.service.label, ...areaCells(end, area)]));
  }

  // --- The reader's own tables ---------------------------------------------------------------

  // A change of the minutes as shown, so that the table subtracts as the sentence does.
  function shownMark(row) {
    if (row.kind === "unchanged") return words.mark_as_today;
    const size = shownChange(row.before, row.after);
    if (!Number.isFinite(size)) return words[`mark_${row.kind}`];
    const mark = `${size < 0 ? "▼" : "▲"}\u00a0${Math.abs(size)}`;
    return row.tooClose ? `${mark}\u00a0${CLOSE}` : mark;
  }

  function wholeInTable(minutes) {
    return minutes === Infinity ? words.no_route : String(wholeMinutes(minutes));
  }

  // Where a service is, in words that fit who travels; "or" a second site that may be as near.
  function whereLine(row, sites) {
    return sites ? fill(words[`where_${row.service.delivery}`], { sites }) : "";
  }

  function siteCell(row) {
    const site = row.siteAfter < 0 ? "" : data.sites[row.siteAfter].name;
    return whereLine(row, row.second < 0 ? site
      : fill(words.my_second, { site, second: data.sites[row.second].name }));
  }

  // --- A place of several areas ----------------------------------------------------------------

  function rangeInTable({ least, most }) {
    if (least === Infinity) return words.no_route;
    if (most === Infinity) return fill(words.range_some_none, { least });
    return least === most ? String(least) : fill(words.range_minutes, { least, most });
  }

  // The change over the areas of a place: from the shortest to the longest.
  function rangeMark({ kind, longer, shorter, all, change: { least, most } }) {
    const mark = (size) => {
      if (!Number.isFinite(size)) return size < 0 ? words.mark_gained : words.mark_lost;
      return `${size < 0 ? "▼" : "▲"}\u00a0${Math.abs(size)}`;
    };
    if (!longer && !shorter) return words[kind === "none" ? "mark_none" : "mark_as_today"];
    if (longer && shorter) return fill(words.range_minutes, { least: mark(least), most: mark(most) });
    const [near, far] = longer ? [least, most] : [most, least];
    if (longer + shorter < all) return fill(words.range_up_to, { mark: mark(far) });
    return near === far || !Number.isFinite(far) ? mark(far)
      : fill(words.range_minutes, { least: mark(near), most: Math.abs(far) });
  }

  function sitesCell({ sites, ...row }) {
    const [first, second] = sites.map((site) => data.sites[site].name);
    return whereLine(row, sites.length > 2
      ? fill(words.my_sites_more, { sites: first, count: sites.length - 1 })
      : [first, second].filter(Boolean).join(", "));
  }

  // Every service from a place: today, then and the change, and beside it another option that the
  // reader compares with (`beside`: its label and its rows, or null). The site stands beneath the
  // service, so that the table fits a phone.
  function showMine({ rows, isOne, isToday, label, beside }) {
    const [minutes, mark] = isOne ? [wholeInTable, shownMark] : [rangeInTable, rangeMark];
    const where = isOne ? siteCell : sitesCell;
    const both = (row) => fill(words.minutes_and_change,
      { minutes: minutes(row.after), change: mark(row) });
    let heads = isToday ? [] : [words.column_then, words.column_change];
    let cells = isToday ? () => [] : (row) => [minutes(row.after), mark(row)];
    if (beside) {
      const other = new Map(beside.rows.map((row) => [row.service.id, row]));
      heads = isToday ? [beside.label] : [label, beside.label];
      cells = (row) => [...(isToday ? [] : [both(row)]), both(other.get(row.service.id))];
    }
    fillTable("mine", [words.column_service_where, words.column_mine_today, ...heads],
      rows.map((row) => [where(row) ? [row.service.label, where(row)] : serviceLabel(row.service),
        minutes(row.before), ...cells(row)]));
    document.getElementById("table-mine").classList.toggle("two", Boolean(beside));
    document.getElementById("table-mine").classList.toggle("ranges", !isOne);
    fitMine(isOne && rows.some((row) => row.second >= 0));
  }

  // A row with a long cell breaks its lines; all others keep each figure in one. What the signs of
  // the table mean is said beneath it, if they occur.
  function fitMine(hasSecond) {
    const shown = [...document.getElementById("table-mine").tBodies[0].rows];
    shown.forEach((row) => row.classList.toggle("breaks",
      [...row.cells].slice(1).some((cell) => cell.textContent.length > ONE_LINE)));
    const has = (sign) => shown.some((row) => [...row.cells].slice(1)
      .some((cell) => cell.textContent.includes(sign)));
    const note = document.getElementById("mine-note");
    setText(note, [has(CLOSE) ? words.mine_close : "",
      hasSecond ? words.mine_second : ""].filter(Boolean).join(" "));
    note.hidden = !note.textContent;
  }

  // What each option would change for a place: how many services, and the worst of them.
  function showMineOptions(plans, isOne) {
    const mark = isOne ? shownMark : rangeMark;
    fillTable("mine-options", [words.column_option, words.column_services_longer,
      words.column_services_shorter, words.column_worst], plans.map(([label, rows]) => {
      const number = (kinds) => String(rows.filter((row) => kinds.includes(row.kind)).length);
      const [worst] = rows;
      const hit = m.LONGER_OUTCOMES.includes(worst.kind);
      return [label, number(m.LONGER_OUTCOMES), number(m.SHORTER_OUTCOMES),
        hit ? `${worst.service.label} ${mark(worst)}` : words.mark_no_worse];
    }));
  }

  // The ranks of one indicator, as the page was made with them.
  function showFigure(figure) {
    fillTable("figures", [words.column_place, words.column_value, words.column_rank,
      words.column_next_place], figure.rows);
    document.getElementById("table-figures").caption.textContent = figure.caption;
  }

  function showMineFigures(rows) {
    fillTable("mine-figures", [words.column_figure, words.column_value, words.column_rank,
      words.column_figure_of], rows);
  }

  // A table too wide for the screen scrolls in a region of its own, which the keyboard reaches. All
  // are measured before any is changed, so that the page is laid out once.
  function reachWide(regions) {
    [...regions].map((region) => [region, region.scrollWidth > region.clientWidth])
      .forEach(([region, isWide]) => {
        if (isWide) region.tabIndex = 0;
        else region.removeAttribute("tabindex");
      });
  }

  // Regions change with their tables and with the window: what is on the screen is measured once the
  // browser has laid it out.
  function watchWide() {
    const sizes = new ResizeObserver((changed) =>
      reachWide(new Set(changed.map(({ target }) => target.closest(WIDE)))));
    document.querySelectorAll(WIDE).forEach((region) =>
      [region, ...region.children].forEach((part) => sizes.observe(part)));
  }

  // What is far off the screen is not laid out. It is measured, too, once the reader pauses: a keyboard
  // may come there at once.
  function reachFar() {
    window.clearTimeout(pause);
    pause = window.setTimeout(() =>
      llrgeoIdle(() => reachWide(document.querySelectorAll(WIDE))), PAUSE_MS);
  }

  return {
    paragraphs, fillLines, setText, watchWide, reachFar, showFigure, showMineFigures, showBar,
    element, fillTable, minutesInTable, changeMark, fillAreas, showAll, showOptions, showMine,
    showMineOptions, rangeInTable, rangeMark,
  };
}
