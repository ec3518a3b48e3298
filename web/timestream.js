// Timestream tables: what there is, and a chart of a measure over time, asked in Timestream's own SQL.

import { awsAll, timestreamRows } from "/aws.js";
import { drawChart, seriesMax } from "/chart.js";
import { durationText, h, notice, table } from "/elements.js";

const pointsWanted = 240;  // on a line
const bins = ["1s", "5s", "10s", "30s", "1m", "5m", "10m", "30m", "1h", "3h", "6h", "12h", "1d", "7d"];
const spans = [["15m", "15 minutes"], ["1h", "hour"], ["6h", "6 hours"], ["1d", "day"], ["7d", "week"], ["30d", "30 days"], ["365d", "year"]];
const aggregates = ["avg", "max", "min", "sum", "count"];

const seconds = (text) => parseInt(text, 10) * { s: 1, m: 60, h: 3_600, d: 86_400 }[text.at(-1)];
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
const literal = (text) => `'${text.replaceAll("'", "''")}'`;

export async function showTables(place) {
  place.append(h("h1", {}, "Timestream"));
  const tables = await awsAll("timestream", "ListTables", {}, "Tables");
  if (tables.length === 0) {
    place.append(h("p", { class: "faint" }, "There are no tables yet. Make one: ", h("code", {}, "levada timestream-write create-database --database-name metrics"), " and ", h("code", {}, "levada timestream-write create-table --database-name metrics --table-name hosts")));
    return;
  }
  place.append(h("div", { class: "panel" }, table(["Table", "Database", "Status", "Memory store", "Magnetic store"], tables.map((each) => [
    h("a", { href: `#/timestream/${encodeURIComponent(each.DatabaseName)}/${encodeURIComponent(each.TableName)}` }, each.TableName),
    each.DatabaseName,
    each.TableStatus,
    durationText(each.RetentionProperties.MemoryStoreRetentionPeriodInHours * 3_600),
    durationText(each.RetentionProperties.MagneticStoreRetentionPeriodInDays * 86_400),
  ]))));
}

/** What can be drawn: [{text, measure, column}], numbers only. */
async function measuresOf(from) {
  const [measures, columns] = await Promise.all([timestreamRows(`SHOW MEASURES FROM ${from}`), timestreamRows(`DESCRIBE ${from}`)]);
  const isNumber = (type) => ["double", "bigint"].includes(type);
  const dimensions = columns.filter((column) => column["Timestream attribute type"] === "DIMENSION").map((column) => column.Column);
  const all = [];
  for (const { measure_name: measure, data_type: type } of measures) {
    if (isNumber(type)) all.push({ text: measure, measure, column: `measure_value::${type}` });
    else if (type === "multi")
      for (const column of columns)
        if (column["Timestream attribute type"] === "MULTI" && isNumber(column.Type)) all.push({ text: `${measure} · ${column.Column}`, measure, column: quoted(column.Column) });
  }
  return { measures: all, dimensions };
}

/** Timestream's "2026-01-02 03:04:05.000000000", UTC, as seconds. */
const secondsOf = (text) => Date.parse(`${text.slice(0, 23).replace(" ", "T")}Z`) / 1000;

/** Rows (t, k, v) as one time axis and a line for each k, with gaps where a line has no value. */
function linesOf(rows) {
  const times = [...new Set(rows.map((row) => secondsOf(row.t)))].sort((a, b) => a - b);
  const place = new Map(times.map((time, i) => [time, i]));
  const lines = new Map();
  for (const row of rows) {
    const name = row.k ?? "(none)";
    if (!lines.has(name)) lines.set(name, Array(times.length).fill(null));
    lines.get(name)[place.get(secondsOf(row.t))] = Number(row.v);
  }
  return { times, lines: [...lines].sort(([a], [b]) => a.localeCompare(b)).map(([name, values]) => ({ name, values })) };
}

export async function showTable(place, [, database, name], wanted) {
  const from = `${quoted(database)}.${quoted(name)}`;
  const { measures, dimensions } = await measuresOf(from);
  place.append(h("h1", {}, `${database}.${name}`));
  if (measures.length === 0) {
    place.append(h("p", { class: "faint" }, "Nothing in this table is a number that could be drawn."));
    return;
  }

  const select = (label, key, options, usual) => {
    const element = h("select", { name: key, onchange: draw }, options.map(([value, text]) => h("option", { value }, text)));
    const value = wanted.get(key) ?? usual;
    element.value = options.some(([each]) => String(each) === value) ? value : String(options[0][0]);
    return { element, field: h("label", {}, label, element) };
  };
  const measure = select("Measure", "measure", measures.map((each, i) => [i, each.text]), "0");
  const aggregate = select("As", "as", aggregates.map((each) => [each, each]), "avg");
  const group = select("A line for each", "by", [["", "(one line)"], ...dimensions.map((each) => [each, each])], dimensions[0] ?? "");
  const span = select("Of the last", "span", spans, "1h");
  const chart = h("div", { class: "chart" });
  const said = h("p", { class: "faint" });
  const asked = h("code", { class: "query" });
  place.append(
    h("div", { class: "panel" },
      h("div", { class: "row" }, measure.field, aggregate.field, group.field, span.field, h("button", { type: "button", onclick: draw }, "Again")),
      chart, said),
    h("h2", {}, "The query"),
    h("div", { class: "panel" }, asked));

  let drawn;
  let turn = 0;
  async function draw() {
    const mine = (turn += 1);
    const { measure: measureName, column } = measures[Number(measure.element.value)];
    const by = group.element.value;
    const reach = span.element.value;
    const bin = bins.find((each) => seconds(reach) / seconds(each) <= pointsWanted) ?? bins.at(-1);
    const text = `SELECT bin(time, ${bin}) AS t, ${by ? `${quoted(by)}` : literal(aggregate.element.value)} AS k, ${aggregate.element.value}(${column}) AS v FROM ${from} WHERE measure_name = ${literal(measureName)} AND time > ago(${reach}) GROUP BY bin(time, ${bin})${by ? `, ${quoted(by)}` : ""} ORDER BY t`;
    asked.textContent = text;
    history.replaceState(null, "", `#/timestream/${encodeURIComponent(database)}/${encodeURIComponent(name)}?${new URLSearchParams({ measure: measure.element.value, as: aggregate.element.value, by, span: reach })}`);
    try {
      const rows = (await timestreamRows(text)).filter((row) => row.v !== null);
      if (mine !== turn) return;
      drawn?.destroy();
      drawn = undefined;
      const { times, lines } = linesOf(rows);
      if (times.length === 0) chart.replaceChildren();
      else drawn = drawChart(chart, times, lines.slice(0, seriesMax));
      said.textContent = times.length === 0 ? "Nothing was written in that time."
        : `A point is ${durationText(seconds(bin))}.${lines.length > seriesMax ? ` The first ${seriesMax} of ${lines.length} lines.` : ""}`;
    } catch (error) {
      if (mine === turn) chart.replaceChildren(notice(error));
    }
  }
  // The chart asks how wide its place is: it must be in the page first.
  requestAnimationFrame(draw);
  return () => { turn += 1; drawn?.destroy(); };
}
