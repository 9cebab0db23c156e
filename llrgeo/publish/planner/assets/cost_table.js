// What a plan costs against today, as a table by service and in sentences.
"use strict";

function llrgeoCostTable(desk, { fillTable, fillLines }) {
  const { fill, oneDecimal, peopleInWords } = llrgeoText;
  const { data, words } = desk;
  const { costs: rates } = data.planning;
  const byId = (id) => document.getElementById(id);
  const MILLION = 1e6;

  // Pounds with their sign, to the pound; what is not known says so.
  function pounds(value) {
    if (Number.isNaN(value)) return words.planner_no_figure;
    const whole = Math.round(Math.abs(value));
    const sign = whole === 0 ? "" : value < 0 ? words.minus : "+";
    return `${sign}${fill(words.planner_pounds, { pounds: peopleInWords(whole, words) })}`;
  }

  // A line about money more, less or as much, as on the other pages.
  function inMillions(line, value) {
    const millions = oneDecimal(Math.abs(value) / MILLION, words);
    const kind = millions === oneDecimal(0, words) ? "same" : value > 0 ? "more" : "less";
    return fill(words[`facts_${line}_${kind}`], { millions, years: rates.years });
  }

  function show() {
    byId("costs").hidden = !rates;
    if (!rates) return;
    const { services, team, provider, net } = desk.found.costs;
    const whole = (name) => services.reduce((sum, service) => sum + service[name], 0);
    fillTable("costs", [words.planner_column_service, words.planner_column_once, words.planner_column_running,
      words.planner_column_contact_costs],
    [...services.map((service) => [desk.serviceLabel(service.id), pounds(service.once), pounds(service.running),
      pounds(service.contacts)]),
    [words.planner_team_travel, "", "", pounds(team)],
    [words.planner_all_services, pounds(whole("once")), pounds(whole("running")), pounds(whole("contacts") + team)]]);
    const isUnknown = Number.isNaN(provider) || Number.isNaN(net);
    const why = words[llrgeoPlan.nowhere(data, desk.plan).length > 0 ? "planner_cost_nowhere" : "planner_cost_unknown"];
    fillLines(byId("cost-lines"), (isUnknown ? [why] : [inMillions("provider", provider), inMillions("net", net)])
      .map((line) => [line, ""]));
  }

  return { show, pounds };
}
