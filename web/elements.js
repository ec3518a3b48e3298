// Elements of the page, and numbers and times as text. Text is always set as text, never as markup.

/** h("td", {class: "number"}, "7"): an element with attributes, listeners (onclick) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Small facts side by side: [["Version", "1.0"], …]. */
export const tiles = (facts) =>
  h("dl", { class: "tiles" },
    facts.map(([name, value, kind]) => h("div", { class: "tile" }, h("dt", {}, name), h("dd", { class: kind ?? "" }, value))));

/** A table; rows are lists of texts or elements. */
export const table = (columns, rows) =>
  h("div", { class: "wide" }, h("table", {},
    h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))))));

export const notice = (error) => h("p", { class: "notice", role: "alert" }, error.message ?? String(error));

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
export const numberText = (value) => (value == null ? "" : Math.abs(value) < 10_000 ? String(+value.toPrecision(4)) : short.format(value));
export const countText = (value) => whole.format(value);
export const bytesText = (value) => {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit + 1 < units.length) { value /= 1024; unit += 1; }
  return `${+value.toPrecision(3)} ${units[unit]}`;
};
export const durationText = (seconds) => {
  const parts = [["d", 86_400], ["h", 3_600], ["min", 60], ["s", 1]];
  const first = parts.findIndex(([, size]) => seconds >= size);
  if (first < 0) return "0 s";
  let rest = Math.floor(seconds);
  return parts.slice(first, first + 2).map(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count} ${name}` : "";
  }).filter(Boolean).join(" ");
};
/** Milliseconds since 1970, in this browser's zone, to the millisecond. */
export const timeText = (millis) => {
  const at = new Date(millis);
  const two = (value) => String(value).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
};
