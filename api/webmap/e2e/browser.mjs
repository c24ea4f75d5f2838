// The browser that the tests share: a fresh Chromium that may speak to one origin only, and reports everything amiss.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Says what failed, in one sentence. */
export function expect(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

export function ok(sentence) {
  console.log(`ok ${sentence}`);
}

/** Runs work(page, complaints) in a fresh browser; complaints holds foreign requests, console errors and page errors. */
export async function withPage(base, work) {
  const origin = new URL(base).origin;
  const profile = await mkdtemp(join(tmpdir(), "planatlas-map-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [...flags, `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(base).hostname}`],
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1,
    reducedMotion: "reduce",
    colorScheme: "light",
    locale: "zh-CN",
  });
  try {
    const complaints = [];
    const page = await context.newPage();
    context.on("request", (request) => {
      const url = request.url();
      if (!/^(data|blob):/.test(url) && new URL(url).origin !== origin) complaints.push(`request outside the service: ${url}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`console error: ${message.text()}`);
    });
    page.on("pageerror", (error) => complaints.push(`page error: ${error.message}`));
    page.setDefaultTimeout(process.env.E2E_PICTURE ? 6_000 : 30_000);
    await work(page, complaints);
  } catch (error) {
    if (process.env.E2E_PICTURE) await context.pages().at(-1)?.screenshot({ path: process.env.E2E_PICTURE }); // of the moment of failure
    throw error;
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** Opens the map and waits until every layer is loaded or failed and drawn. */
export async function openMap(page, base, hash = "#lang=zh") {
  await page.goto(new URL(`map/${hash}`, base).href);
  await page.waitForFunction(() => document.body.dataset.ready === "true", null, { timeout: 60_000 });
}

/** Pastes text into "Check a site" and has it read. */
export async function paste(page, text) {
  if (!(await page.getByTestId("draw").isVisible())) await page.getByTestId("tab-check").click();
  const input = page.getByTestId("paste-input");
  if (!(await input.isVisible())) await page.locator("details.paste > summary").click();
  await input.fill(text);
  await page.getByTestId("paste-check").click();
}

/** Chooses a day; on a phone its field is with the layers. */
export async function chooseDay(page, day) {
  if (!(await page.getByTestId("day-input").isVisible())) await page.getByTestId("tab-layers").click();
  await page.getByTestId("day-input").fill(day);
}

/** Reads the command line BASE_URL [OUT_DIR], runs the test and turns a failure into exit code 1. */
export async function main(test) {
  const [base, out = "."] = process.argv.slice(2);
  try {
    expect(base, "give the address of the service: node e2e/<test>.mjs BASE_URL [OUT_DIR]");
    await test(base.endsWith("/") ? base : `${base}/`, out);
  } catch (error) {
    if (process.env.E2E_PICTURE) console.error(error); // with the call log
    const [sentence] = String(error instanceof Error ? error.message : error).split("\n"); // the rest is a call log
    console.error(`FAILED ${sentence}`);
    process.exitCode = 1;
  }
}
