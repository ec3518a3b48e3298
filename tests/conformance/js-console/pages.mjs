// The console's pages in Debian's Chromium, as somebody uses them. One line of JSON a test; console_pages.py turns them into tests.
// Usage: node pages.mjs CONSOLE_URL ACCESS_KEY SECRET_KEY

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [console_, accessKey, secretKey] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const complaints = [];  // what the browser itself says: errors of scripts, refused by policy

async function open(path, keys = { accessKey, secretKey, sessionToken: "", region: "us-east-1" }) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 } });
  if (keys) await context.addInitScript((value) => sessionStorage.setItem("levada.keys", JSON.stringify(value)), keys);
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("status of 40")) complaints.push(message.text());
  });
  await page.goto(`${console_}/${path}`);
  return page;
}
const appears = async (page, text) => { await page.getByText(text).first().waitFor({ timeout: 15_000 }); };

const tests = {
  async "the overview tells the state and draws the traffic"() {
    const page = await open("");
    await appears(page, "ready");
    await appears(page, "127.0.0.1");
    await page.locator(".u-legend").first().waitFor({ timeout: 15_000 });
    assert.equal(await page.locator("canvas").count(), 3);
  },
  async "streams and their newest records"() {
    const page = await open("#/streams");
    await page.getByRole("link", { name: "pages-stream" }).click();
    await appears(page, "Open shards");
    await page.getByRole("button", { name: "Read" }).click();
    await appears(page, "temperature 21 °C");
    await appears(page, "ff fe 00");
    await appears(page, "<b>not markup</b>");
    assert.equal(await page.locator("td b").count(), 0);
  },
  async "a measure is drawn, a line for each host"() {
    const page = await open("#/timestream");
    await page.getByRole("link", { name: "hosts" }).click();
    await page.locator("canvas").waitFor({ timeout: 15_000 });
    await appears(page, "alpha");
    await appears(page, "beta's");
    const before = await page.locator("code.query").textContent();
    assert.match(before, /GROUP BY bin\(time, 30s\), "host"/);
    await page.locator("select[name=as]").selectOption("max");
    await page.locator("select[name=span]").selectOption("1d");
    await page.waitForFunction(() => location.hash.includes("span=1d"));
    assert.match(await page.locator("code.query").textContent(), /max\(measure_value::double\)/);
    await page.locator("select[name=measure]").selectOption({ label: "load · one" });
    await page.locator("canvas").waitFor({ timeout: 15_000 });
    assert.equal(await page.locator(".notice").count(), 0);
  },
  async "an address opens the same chart again"() {
    const page = await open(`#/timestream/pages/hosts?${new URLSearchParams({ measure: "0", as: "sum", by: "", span: "6h" })}`);
    await page.locator("canvas").waitFor({ timeout: 15_000 });
    assert.equal(await page.locator("select[name=as]").inputValue(), "sum");
    assert.equal(await page.locator("select[name=span]").inputValue(), "6h");
  },
  async "what is not there is said in the service's own words"() {
    const page = await open("#/streams/nobody");
    await appears(page, "ResourceNotFoundException: Stream nobody under account");
  },
  async "keys are asked for, used and refused"() {
    const page = await open("#/streams", null);
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByLabel("Access key").fill(accessKey);
    await page.getByLabel("Secret key").fill("wrong");
    await page.getByRole("button", { name: "Use them" }).click();
    await appears(page, secretKey === "any" ? "pages-stream" : "SignatureException");
    await page.getByRole("button", { name: "Keys" }).click();
    await page.getByLabel("Secret key").fill(secretKey);
    await page.getByRole("button", { name: "Use them" }).click();
    await appears(page, "pages-stream");
  },
  async "the browser had nothing to complain about"() {
    assert.deepEqual(complaints, []);
  },
};

for (const [name, test] of Object.entries(tests)) {
  try {
    await test();
    console.log(JSON.stringify({ name, ok: true }));
  } catch (error) {
    console.log(JSON.stringify({ name, ok: false, error: String(error.stack ?? error) }));
  }
}
await browser.close();
