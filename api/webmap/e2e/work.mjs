// What makes the page work for everybody: node e2e/work.mjs BASE_URL
// axe finds nothing in any panel, size and theme; all of a check goes by keyboard; the first view is small, still and complete.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { chooseDay, expect, main, ok, openMap, paste, withPage } from "./browser.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const square = "POLYGON((113.56 37.84,113.592 37.838,113.598 37.862,113.571 37.868,113.56 37.84))";
const budget = { gzip: 300 * 1024, requests: 40, bytes: 1_500_000, shift: 0.01 };

await main((base) =>
  withPage(base, async (page, complaints) => {
    await firstView(page, base);
    await still(page, base);
    await keyboard(page, base);
    await themes(page, base);
    for (const [name, size] of [["desktop", { width: 1280, height: 800 }], ["phone", { width: 390, height: 844 }]]) {
      for (const theme of ["light", "dark"]) await audit(page, base, name, size, theme);
    }
    await narrow(page, base);
    const unasked = complaints.filter((c) => !/status of 4(00|22)/.test(c)); // the browser's own lines about the text that is no site
    expect(unasked.length === 0, `the page complained: ${unasked.join("; ")}`);
  }),
);

/** Bytes and requests until the map stands, as counts; time is another matter on every machine. */
async function firstView(page, base) {
  const seen = [];
  const note = async (response) => seen.push({ url: response.url(), body: await response.body().catch(() => Buffer.alloc(0)) });
  page.on("response", note);
  await openMap(page, base);
  page.off("response", note);
  const assets = seen.filter((r) => /\/map\/(assets\/|$|index)/.test(new URL(r.url).pathname));
  const gzip = assets.reduce((sum, r) => sum + gzipSync(r.body, { level: 9 }).length, 0);
  const bytes = seen.reduce((sum, r) => sum + r.body.length, 0);
  expect(assets.length >= 3 && gzip <= budget.gzip, `page, script and style are ${gzip} bytes gzipped in ${assets.length} files, of ${budget.gzip}`);
  expect(seen.length <= budget.requests, `the first view takes ${seen.length} requests, of ${budget.requests}`);
  expect(bytes <= budget.bytes, `the first view takes ${bytes} bytes before compression, of ${budget.bytes}`);
  ok(`first view: ${gzip} bytes of page gzipped, ${seen.length} requests, ${bytes} bytes before compression`);
}

/** Nothing that is there moves by itself while the page fills. */
async function still(page, base) {
  for (const size of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    await page.goto("about:blank");
    await page.setViewportSize(size);
    await page.addInitScript(() => {
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const e of list.getEntries()) if (!e.hadRecentInput) window.shifts.push([e.value, e.sources?.[0]?.node?.outerHTML?.slice(0, 80) ?? ""]);
      }).observe({ type: "layout-shift", buffered: true });
    });
    await openMap(page, base);
    const shifts = await page.evaluate(() => window.shifts);
    const sum = shifts.reduce((total, [value]) => total + value, 0);
    expect(sum < budget.shift, `at ${size.width} px the layout shifts by ${sum.toFixed(4)}: ${shifts.map((s) => s.join(" ")).join("; ")}`);
    ok(`no layout shift at ${size.width} px: ${sum.toFixed(4)}`);
  }
}

/** A whole check without a pointer: by tab, keys on the map and typed text. */
async function keyboard(page, base) {
  await page.goto("about:blank");
  await page.setViewportSize({ width: 1280, height: 800 });
  await openMap(page, base);
  const focused = () => page.evaluate(() => document.activeElement?.dataset.testid ?? document.activeElement?.id ?? "");
  await tabTo(page, "tab-layers");
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  expect((await focused()).includes("check"), `three arrow keys lead from the first tab to ${await focused()}`);
  await tabTo(page, "draw");
  await page.keyboard.press("Enter");
  expect((await focused()) === "map", `drawing puts the focus on ${await focused()}`);
  for (const keys of [["Space"], ["ArrowRight", "Space"], ["ArrowDown", "Space"]]) for (const key of keys) await page.keyboard.press(key);
  expect((await page.getByTestId("draw-figures").innerText()).startsWith("3 "), `three spaces on the map make “${await page.getByTestId("draw-figures").innerText()}”`);
  await page.keyboard.press("Enter");
  await page.getByTestId("verdict").waitFor();
  expect(await page.evaluate(() => document.activeElement?.closest('[data-testid="verdict"]') !== null), `the verdict does not get the focus: ${await focused()}`);
  await tabTo(page, "edit");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  expect((await focused()) === "edit", `leaving the change of the boundary puts the focus on ${await focused()}`);
  await tabTo(page, "show-conflict");
  await page.keyboard.press("Enter");
  await tabTo(page, "print", true);
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.querySelector("dialog").open && document.querySelector("dialog").contains(document.activeElement)), "the dialog of printing does not get the focus");
  await page.keyboard.press("Escape");
  expect((await focused()) === "print", `the dialog gives the focus to ${await focused()}`);
  const rings = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return parseFloat(style.outlineWidth);
  });
  expect(rings >= 2, `the focus ring is ${rings} px wide`);
  ok("drawn, checked, changed, shown and printed by keyboard, the focus always seen and where it belongs");
}

async function tabTo(page, testid, back = false) {
  for (let i = 0; i < 120; i++) {
    if ((await page.evaluate(() => document.activeElement?.dataset.testid)) === testid) return;
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
  }
  throw new Error(`${testid} cannot be reached by the tab key`);
}

/** As the system says, until somebody chooses; the choice lasts. */
async function themes(page, base) {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await page.getByTestId("theme").click();
  expect((await theme()) === "light", "the button does not make it light");
  await page.goto("about:blank");
  await openMap(page, base);
  expect((await theme()) === "light", "the choice is forgotten");
  await page.evaluate(() => localStorage.clear());
  await page.emulateMedia({ colorScheme: "light" });
  ok("light and dark follow the system and then the reader, whose choice lasts");
}

async function audit(page, base, name, size, theme) {
  await page.goto("about:blank");
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme: theme });
  await openMap(page, base);
  const found = [];
  const look = async (what) => found.push(...(await violations(page)).map((v) => `${what}: ${v}`));
  await look("layers");
  await page.locator('[data-testid="legend-entry"] summary').first().click();
  await look("about a layer");
  await page.locator("ul.features button").first().click();
  await page.getByTestId("popup").waitFor();
  await look("a feature");
  await page.keyboard.press("Escape");
  for (const tab of ["parks", "plan"]) {
    await page.getByTestId(`tab-${tab}`).click();
    await page.waitForTimeout(300);
    await look(tab);
  }
  await page.getByTestId("tab-check").click();
  await page.locator("details.paste > summary").click();
  await look("check, empty");
  await paste(page, "POLYGON((113.56 37.84,113.598 37.862,113.592 37.838,113.571 37.868,113.56 37.84))");
  await page.getByTestId("faults").waitFor();
  await look("a file with faults");
  await paste(page, "no site");
  await page.getByTestId("check-error").waitFor();
  await look("a refused file");
  await paste(page, square);
  await page.getByTestId("check-read").click();
  await page.getByTestId("verdict").waitFor();
  await page.locator("#tab-check details:not([open]) > summary").evaluateAll((all) => all.forEach((s) => s.click()));
  await look("an answer, all open");
  await page.getByTestId("set-aside").click();
  await page.getByTestId("edit").click();
  await look("changing a boundary");
  await page.getByTestId("edit-cancel").click();
  await page.getByTestId("draw").click();
  await look("drawing");
  for (const p of ["113.5 37.85", "113.51 37.85", "113.51 37.86"]) {
    await page.getByTestId("draw-coordinates").fill(p);
    await page.getByTestId("draw-coordinates").press("Enter");
  }
  await page.getByTestId("draw-finish").click();
  await page.getByTestId("verdict").waitFor();
  await page.getByTestId("set-aside").click();
  await page.getByTestId("compare").click();
  await page.getByTestId("comparison").waitFor();
  await look("a comparison");
  await chooseDay(page, "2022-01-01");
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="legend-entry"][data-state="loading"]').length === 0);
  await look("another day");
  await page.getByTestId("print").click();
  await look("printing");
  await page.keyboard.press("Escape");
  expect(found.length === 0, `axe, ${name}, ${theme}: ${found.join(" | ")}`);
  ok(`axe finds nothing in 14 views, ${name}, ${theme}`);
}

async function violations(page) {
  await page.evaluate(`if (!window.axe) { ${axe} }`);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] });
    return violations.map((v) => `${v.id} (${v.nodes.map((n) => `${n.target.join(" ")}: ${n.any[0]?.message ?? n.failureSummary}`).slice(0, 3).join("; ")})`);
  });
}

/** At 320 px, as at 400 % zoom, nothing has to be scrolled sideways but tables. */
async function narrow(page, base) {
  await page.goto("about:blank");
  await page.setViewportSize({ width: 320, height: 640 });
  await openMap(page, base);
  const wide = await page.evaluate(() => [...document.querySelectorAll("#panel *")].filter((e) => !e.closest(".scroll") && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.className || e.tagName));
  expect(wide.length === 0, `at 320 px this runs out of the window: ${[...new Set(wide)].slice(0, 5)}`);
  ok("at 320 px nothing runs out of the window");
}
