// Printed sheets against a running service: node e2e/print.mjs BASE_URL OUT_DIR
// Each paper and orientation is one page of its true size; the scale bar is as long as it says.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, main, ok, openMap, withPage } from "./browser.mjs";

const points = { A4: [595.3, 841.9], A3: [841.9, 1190.6] };

await main((base, out) =>
  withPage(base, async (page, complaints) => {
    await mkdir(out, { recursive: true });
    await page.addInitScript(() => (window.print = () => (window.printed = (window.printed ?? 0) + 1)));
    await openMap(page, base);
    for (const paper of ["A4", "A3"]) {
      for (const orientation of ["landscape", "portrait"]) await sheet(page, out, paper, orientation);
    }
    await fixedScale(page);
    expect(complaints.length === 0, `the page complained: ${complaints.join("; ")}`);
  }),
);

async function prepare(page, paper, orientation, scale) {
  await page.getByTestId("print").click();
  await page.getByTestId("print-title").fill("阳泉市产业园区分布图");
  await page.getByTestId("print-paper").selectOption(paper.toLowerCase());
  await page.getByTestId("print-orientation").selectOption(orientation);
  await page.getByTestId("print-scale").selectOption(scale);
  const before = await page.evaluate(() => [window.printed ?? 0, window.planatlas.map.getView().getZoom().toFixed(6)]);
  await page.getByTestId("print-now").click();
  await page.waitForFunction((n) => (window.printed ?? 0) > n, before[0]);
  const zoom = await page.evaluate(() => window.planatlas.map.getView().getZoom().toFixed(6));
  expect(zoom === before[1], `printing leaves the map at zoom ${zoom}, not ${before[1]}`);
}

async function sheet(page, out, paper, orientation) {
  await prepare(page, paper, orientation, "0");
  await page.emulateMedia({ media: "print" });
  const facts = await page.evaluate(() => {
    const sheet = document.getElementById("sheet");
    const box = (selector) => sheet.querySelector(selector)?.getBoundingClientRect();
    return { text: sheet.innerText, legend: sheet.querySelectorAll("li").length, overflow: box("aside").right > sheet.getBoundingClientRect().right + 1 || sheet.querySelector("footer").scrollHeight > sheet.querySelector("footer").clientHeight + 1 };
  });
  await page.emulateMedia({ media: null });
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  await writeFile(join(out, `sheet-${paper}-${orientation}.pdf`), pdf);
  const text = pdf.toString("latin1");
  const pages = text.match(/\/Type\s*\/Page\b(?!s)/g).length;
  expect(pages === 1, `${paper} ${orientation} prints ${pages} pages`);
  const [, w, h] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(text).map(Number);
  const want = orientation === "portrait" ? points[paper] : points[paper].toReversed();
  expect(Math.abs(w - want[0]) < 3 && Math.abs(h - want[1]) < 3, `${paper} ${orientation} is ${w} x ${h} points, want ${want}`);
  for (const word of ["阳泉市产业园区分布图", "图例", "比例尺 1:", "资料来源", "制图日期", "北"]) expect(facts.text.includes(word), `the sheet lacks “${word}”`);
  expect(facts.legend > 5, `the legend has ${facts.legend} layers`);
  expect(!facts.overflow, `${paper} ${orientation}: something runs out of the sheet`);
  ok(`${paper} ${orientation}: one page with title, legend, scale, north arrow, sources, date`);
  expect((await page.locator("#sheet > *").count()) === 0, "the sheet stays on the page after it was printed"); // page.pdf tells the page so
}

/** The bar's millimetres times the scale are the metres that it says. */
async function fixedScale(page) {
  await prepare(page, "A4", "landscape", "50000");
  await page.emulateMedia({ media: "print" });
  const { millimetres, label } = await page.evaluate(() => {
    const bar = document.querySelector("#sheet .bar");
    return { millimetres: parseFloat(bar.style.width), label: document.querySelector("#sheet .labels").lastChild.textContent };
  });
  const metres = parseFloat(label) * (label.endsWith("km") ? 1000 : 1);
  expect(Math.abs(millimetres * 50 - metres) < 1, `at 1:50 000 a bar of ${millimetres} mm says ${label}`);
  await page.emulateMedia({ media: null });
  ok(`at 1:50 000 a bar of ${millimetres} mm says ${label}`);
}
