// Which view the address names, and the keys that requests are signed with. A view is a function
// (place, parts of the address) that fills the place and returns what ends it.

import { currentKeys, useHomeRegion, useKeys } from "/aws.js";
import { notice } from "/elements.js";
import { showOverview } from "/overview.js";
import { showStream, showStreams } from "/streams.js";
import { showTable, showTables } from "/timestream.js";

const view = document.getElementById("view");
let ended = () => {};
let shown = 0;

const routes = [
  { path: [], show: showOverview },
  { path: ["streams"], show: showStreams },
  { path: ["streams", "*"], show: showStream },
  { path: ["timestream"], show: showTables },
  { path: ["timestream", "*", "*"], show: showTable },
];

async function show() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  const route = routes.find(({ path: wanted }) => wanted.length === parts.length && wanted.every((part, i) => part === "*" || part === parts[i]));
  for (const link of document.querySelectorAll("nav a")) {
    const here = link.getAttribute("href").replace(/^#\/?/, "");
    if (here === (parts[0] ?? "")) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  ended();
  ended = () => {};
  const turn = (shown += 1);
  const place = document.createElement("div");
  try {
    if (!route) throw new Error("There is no such page.");
    const end = await route.show(place, parts, new URLSearchParams(query));
    if (turn !== shown) { end?.(); return; }  // somebody went on meanwhile
    ended = end ?? (() => {});
    view.replaceChildren(place);
  } catch (error) {
    if (turn === shown) view.replaceChildren(notice(error));
  }
}

const dialog = document.getElementById("keys");
const form = dialog.querySelector("form");
document.getElementById("keys-button").addEventListener("click", () => {
  for (const [name, value] of Object.entries(currentKeys())) form.elements[name].value = value;
  dialog.showModal();
});
dialog.addEventListener("close", () => {
  if (dialog.returnValue !== "use") return;
  useKeys(Object.fromEntries(["accessKey", "secretKey", "sessionToken", "region"].map((name) => [name, form.elements[name].value.trim()])));
  show();
});

window.addEventListener("hashchange", show);
try { useHomeRegion((await (await fetch("/api/overview")).json()).region); } catch { /* the view says what is wrong */ }
await show();
