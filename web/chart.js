// A chart over time, drawn by uPlot in the page's colours.

import uPlot from "/vendor/uPlot.esm.js";
import { numberText } from "/elements.js";

export const seriesMax = 12;  // more lines than that tell nobody anything
const colours = 6;
const height = 260;
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * Draws into `place`, replacing what was there. `times` are seconds since 1970, ascending; each of `lines` is
 * {name, values}, null where there is none. Returns {update(times, lines), destroy()}.
 */
export function drawChart(place, times, lines, textOf = numberText) {
  const axis = () => ({ stroke: style("--faint"), grid: { stroke: style("--line"), width: 1 }, ticks: { stroke: style("--line"), width: 1 } });
  const data = (at, all) => [at, ...all.map((line) => line.values)];
  place.replaceChildren();
  const chart = new uPlot({
    width: Math.max(place.clientWidth, 240),
    height,
    cursor: { points: { size: 6 } },
    axes: [axis(), { ...axis(), size: 64, values: (_, ticks) => ticks.map(textOf) }],
    series: [
      { label: "at", value: (_, at) => (at == null ? "" : new Date(at * 1000).toLocaleString()) },
      ...lines.map((line, i) => ({
        label: line.name,
        stroke: style(`--series-${(i % colours) + 1}`),
        dash: i < colours ? undefined : [6, 4],
        width: 1.75,
        points: { show: times.length < 40 },
        value: (_, value) => (value == null ? "" : textOf(value)),
      })),
    ],
  }, data(times, lines), place);
  const resized = new ResizeObserver(() => chart.setSize({ width: Math.max(place.clientWidth, 240), height }));
  resized.observe(place);
  return {
    update: (at, all) => chart.setData(data(at, all)),
    destroy: () => { resized.disconnect(); chart.destroy(); },
  };
}
