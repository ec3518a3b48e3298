// What the server says of itself: state, listeners, and records going in and out while one looks.

import { drawChart } from "/chart.js";
import { bytesText, countText, durationText, h, notice, numberText, table, tiles } from "/elements.js";

const interval = 2_000;  // milliseconds between two looks
const looksMax = 300;    // ten minutes

/** Sums of each metric over its labels: {name: number}. */
function sums(text) {
  const all = {};
  for (const line of text.split("\n")) {
    const match = /^([a-z_]+)(?:\{.*\})? (\S+)$/.exec(line);
    if (match) all[match[1]] = (all[match[1]] ?? 0) + Number(match[2]);
  }
  return all;
}

const flows = [
  { title: "Records a second", text: numberText, lines: [["in", "levada_kinesis_incoming_records_total"], ["out", "levada_kinesis_outgoing_records_total"]] },
  { title: "Bytes a second", text: bytesText, lines: [["in", "levada_kinesis_incoming_bytes_total"], ["out", "levada_kinesis_outgoing_bytes_total"]] },
  { title: "Requests a second", text: numberText, lines: [["answered", "levada_http_requests_total"], ["throttled records", "levada_kinesis_throttled_total"]] },
];

export async function showOverview(place) {
  const facts = h("div");
  const charts = flows.map((flow) => ({ ...flow, place: h("div"), drawn: null }));
  place.append(h("h1", {}, "Overview"), facts, ...charts.map((chart) => h("section", { class: "panel" }, h("h2", {}, chart.title), chart.place)));

  const looks = [];  // {at, sums}
  async function look() {
    const [overview, metrics] = await Promise.all([fetch("/api/overview").then((r) => r.json()), fetch("/metrics").then((r) => r.text())]);
    const now = sums(metrics);
    looks.push({ at: Date.now() / 1000, sums: now });
    if (looks.length > looksMax) looks.shift();
    facts.replaceChildren(
      tiles([
        ["State", overview.ready ? "ready" : overview.reason, overview.ready ? "good" : "bad"],
        ["Version", overview.version],
        ["Up for", durationText((Date.now() - overview.started_at) / 1000)],
        ["Durability", overview.durability],
        ["Region", overview.region],
        ["Records taken in", countText(now.levada_kinesis_incoming_records_total ?? 0)],
        ["Stored in segments", bytesText(now.levada_log_stored_bytes ?? 0)],
        ["Connections", countText(now.levada_http_connections ?? 0)],
      ]),
      h("section", { class: "panel" }, table(["Listener", "Address"], Object.entries(overview.listeners).map(([name, address]) => [name, h("code", {}, address)])),
        h("p", { class: "faint" }, "Data lies in ", h("code", {}, overview.data_dir), ", on ", countText(overview.reactors), overview.reactors === 1 ? " reactor." : " reactors.")));
    if (looks.length < 2) return;
    const times = looks.slice(1).map((each) => each.at);
    const rate = (metric) => looks.slice(1).map((each, i) => Math.max(0, ((each.sums[metric] ?? 0) - (looks[i].sums[metric] ?? 0)) / (each.at - looks[i].at)));
    for (const chart of charts) {
      const lines = chart.lines.map(([name, metric]) => ({ name, values: rate(metric) }));
      if (chart.drawn) chart.drawn.update(times, lines);
      else chart.drawn = drawChart(chart.place, times, lines, chart.text);
    }
  }
  await look();
  let ended = false;
  const timer = setInterval(() => look().catch((error) => { if (!ended) facts.replaceChildren(notice(error)); }), interval);
  return () => {
    ended = true;
    clearInterval(timer);
    for (const chart of charts) chart.drawn?.destroy();
  };
}
