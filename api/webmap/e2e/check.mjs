// "Check a site" from end to end against a running service, on a desktop and on a phone: node e2e/check.mjs BASE_URL
// Drawing with undo, redo and typed coordinates, files and text, choices, questions, editing, comparing, report, link.
import { readFile } from "node:fs/promises";
import { chooseDay, expect, main, ok, openMap, paste, withPage } from "./browser.mjs";

const square = '{"type":"Polygon","coordinates":[[[113.88,37.95],[113.89,37.95],[113.89,37.96],[113.88,37.96],[113.88,37.95]]]}';
const wkt = "POLYGON((113.88 37.95,113.89 37.95,113.89 37.96,113.88 37.95))";
const txt = `[属性描述]
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=38
精度=0.001
转换参数=,,,,,,
[地块坐标]
5,1.0,1,测试地块,面,,,,@
J1,1,4191674.000,38463329.000
J2,1,4191774.000,38463329.000
J3,1,4191774.000,38463429.000
J4,1,4191674.000,38463429.000
J1,1,4191674.000,38463329.000
`;
const bowTie = "POLYGON((113.88 37.95,113.89 37.96,113.89 37.95,113.88 37.962,113.88 37.95))";
const plots = {
  type: "FeatureCollection",
  features: [
    { type: "Feature", properties: { name: "白泉甲" }, geometry: JSON.parse(square) },
    { type: "Feature", properties: { name: "城区乙" }, geometry: { type: "Polygon", coordinates: [[[113.5, 37.85], [113.51, 37.85], [113.51, 37.86], [113.5, 37.86], [113.5, 37.85]]] } },
  ],
};
const sizes = [["desktop", { width: 1280, height: 800 }], ["phone", { width: 390, height: 844 }]];

await main((base) =>
  withPage(base, async (page, complaints) => {
    for (const [name, size] of sizes) {
      await page.goto("about:blank");
      await page.setViewportSize(size);
      await openMap(page, base);
      await page.getByTestId("tab-check").click();
      await draw(page);
      await snap(page);
      await edit(page, base);
      await files(page);
      await questions(page, base);
      await compare(page, base);
      await report(page);
      await days(page);
      ok(`all of it on a ${name} of ${size.width}x${size.height}`);
    }
    const unasked = complaints.filter((c) => !c.includes("status of 422")); // the browser's own line about the text without a system
    expect(unasked.length === 0, `the page complained: ${unasked.join("; ")}`);
  }),
);

function status(page) {
  return page.getByTestId("draw-status").innerText();
}

function figures(page) {
  return page.getByTestId("draw-figures").innerText();
}

/** Types coordinates into the bar. */
async function type(page, text) {
  await page.getByTestId("draw-coordinates").fill(text);
  await page.getByTestId("draw-coordinates").press("Enter");
}

/** Runs an action and gives the answer that it makes the service send. */
async function answered(page, path, action) {
  const response = page.waitForResponse((r) => new URL(r.url()).pathname === path && r.request().method() === "POST");
  await action();
  const got = await response;
  return { status: got.status(), body: await got.json(), url: got.url() };
}

async function shownCheck(page) {
  await page.getByTestId("verdict").waitFor();
  return page.getByTestId("check-id").textContent();
}

async function draw(page) {
  await page.getByTestId("draw").click();
  for (const form of ["113.583299690, 37.856697707", "X 4191674 Y 38463429", "113°35′03.9502″E 37°51′27.3695″N"]) await type(page, form);
  expect((await figures(page)).startsWith("3 点"), `three typed forms make “${await figures(page)}”`);
  await type(page, "12 34");
  expect((await status(page)).includes("不是本地区"), `a place nowhere reads “${await status(page)}”`);
  await type(page, "113.5");
  expect((await status(page)).includes("两个数"), `half a pair reads “${await status(page)}”`);
  await page.getByTestId("draw-undo").click();
  expect((await figures(page)).startsWith("2 点"), `undo leaves ${await figures(page)}`);
  await page.getByTestId("draw-redo").click();
  expect((await figures(page)).startsWith("3 点"), `redo gives ${await figures(page)}`);
  await page.locator("#map").focus();
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  expect((await figures(page)).startsWith("0 点"), `three times undo leaves ${await figures(page)}`);
  await page.keyboard.press("Control+y");
  await page.keyboard.press("Control+y");
  expect((await figures(page)).startsWith("2 点"), `twice redo gives ${await figures(page)}`);
  await type(page, "463429 4191774");
  const redo = await page.getByTestId("draw-redo").getAttribute("aria-disabled");
  expect(redo === "true", "after a new point something undone can still be brought back");
  await type(page, "4191774, 463329");
  const { status: code, body } = await answered(page, "/checks", () => page.getByTestId("draw-finish").click());
  expect(code === 201 && Math.abs(body.site.area.m2 - 9999.67) < 0.05, `the typed square of 100 m has ${body.site.area?.m2} m², status ${code}`);
  await shownCheck(page);
  ok("drawn by typed degrees, seconds and metres of zone 38, with undo and redo");
}

/** A click beside a vertex of a layer takes the vertex itself. */
async function snap(page) {
  await page.getByTestId("draw").click();
  const at = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const { map } = window.planatlas;
        const source = map.getLayers().getArray().find((l) => l.get("collection") === "industrial_parks").getSource();
        const vertex = source.getFeatures().map((f) => f.getGeometry()).find((g) => g?.getType() === "Polygon").getCoordinates()[0][0];
        map.getView().setCenter(vertex);
        map.getView().setZoom(15);
        map.once("rendercomplete", () => resolve({ vertex, pixel: map.getPixelFromCoordinate(vertex) }));
        map.render();
      }),
  );
  const [x, y] = at.pixel;
  await page.mouse.move(x + 4, y + 3);
  await page.mouse.click(x + 4, y + 3);
  const first = await page.evaluate(() => {
    const draw = window.planatlas.map.getInteractions().getArray().find((i) => typeof i.finishDrawing === "function");
    return draw.getOverlay().getSource().getFeatures().find((f) => f.getGeometry().getType() === "Polygon").getGeometry().getCoordinates()[0][0];
  });
  expect(Math.hypot(first[0] - at.vertex[0], first[1] - at.vertex[1]) < 0.001, `a click beside a vertex sets a point ${Math.hypot(first[0] - at.vertex[0], first[1] - at.vertex[1]).toFixed(2)} m from it`);
  await page.getByTestId("draw-cancel").click();
  await reveal(page);
  await paste(page, txt);
  await page.getByTestId("check-read").click();
  await shownCheck(page);
  ok("drawing snaps to the layers");
}

async function edit(page, base) {
  const before = await shownCheck(page);
  await page.getByTestId("edit").click();
  const [x, y] = await page.evaluate(() => {
    const { map } = window.planatlas;
    const site = map.getLayers().getArray().find((l) => l.getZIndex() === 9001).getSource().getFeatures()[0].getGeometry();
    return map.getPixelFromCoordinate(site.getCoordinates()[0][1]);
  });
  const was = await figures(page);
  const box = await page.locator("#map").boundingBox();
  await page.mouse.move(box.x + x, box.y + y);
  await page.mouse.down();
  await page.mouse.move(box.x + x + 25, box.y + y + 12, { steps: 4 });
  await page.mouse.up();
  const moved = await figures(page);
  expect(moved !== was, `a dragged vertex leaves the figures at ${was}`);
  await page.getByTestId("edit-undo").click();
  expect((await figures(page)) === was, `undo gives ${await figures(page)}, not ${was}`);
  await page.getByTestId("edit-redo").click();
  expect((await figures(page)) === moved, "redo does not bring the change back");
  const { status: code } = await answered(page, "/checks", () => page.getByTestId("edit-finish").click());
  expect(code === 201, `the changed site is answered with ${code}`);
  const after = await shownCheck(page);
  expect(after !== before, "the changed site has the same check");
  expect((await page.getByTestId("changes").innerText()).includes("面积"), "the change of the area is not told");
  ok("a dragged vertex is checked anew, and what changed is told");

  await page.locator("details.points > summary").click();
  const area = page.getByTestId("site-points");
  expect((await area.inputValue()).startsWith("# 1 外圈"), `the points read “${(await area.inputValue()).slice(0, 30)}”`);
  await area.fill("113.88 37.95\n113.89 37.95");
  await page.getByTestId("site-points-apply").click();
  expect((await page.locator("details.points .failure").innerText()).includes("至少三个点"), "two points are taken for a site");
  await area.fill("# 1\n113.88 37.95\n113.89 37.95\n113.89 37.96\n113.88 37.96\n# 1\n113.884 37.954\n113.886 37.954\n113.886 37.956\n113.884 37.956");
  const holed = await answered(page, "/checks", () => page.getByTestId("site-points-apply").click());
  expect(holed.body.site.geometry.coordinates.length === 2, `the typed hole came back as ${holed.body.site?.geometry?.coordinates.length} rings`);
  await shownCheck(page);
  ok("points edited as text, with a hole");
}

/** Gives a file by the chooser. */
async function choose(page, name, text) {
  return answered(page, "/sites", () => page.getByTestId("file-input").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) }));
}

async function files(page) {
  const read = await choose(page, "地块.txt", txt);
  expect(read.status === 200, `the TXT is answered with ${read.status}: ${JSON.stringify(read.body).slice(0, 300)}`);
  await page.getByTestId("handed-in").waitFor();
  expect((await page.getByTestId("handed-in").innerText()).includes("EPSG:4526"), "the system of the file is not shown");
  const txtCheck = await answered(page, "/checks", () => page.getByTestId("check-read").click());
  expect(txtCheck.body.site.input.format === "txt", `the check holds the format ${txtCheck.body.site?.input?.format}, not the TXT itself`);
  await shownCheck(page);

  await page.getByTestId("check-clear").click();
  const dropped = await answered(page, "/sites", () =>
    page.evaluate((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "site.geojson"));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    }, square),
  );
  expect(dropped.status === 200, `a dropped file is answered with ${dropped.status}`);
  await page.getByTestId("check-read").waitFor();

  for (const [name, text] of [["WKT", wkt], ["points", "113.88,37.95\n113.89,37.95\n113.89,37.96"]]) {
    await page.getByTestId("check-clear").click();
    await paste(page, text);
    await page.getByTestId("check-read").waitFor();
    const { status: code } = await answered(page, "/checks", () => page.getByTestId("check-read").click());
    expect(code === 201, `pasted ${name} is answered with ${code}`);
    await shownCheck(page);
  }
  ok("chosen, dropped and pasted: TXT, GeoJSON, WKT, points");

  await page.getByTestId("check-clear").click();
  await paste(page, bowTie);
  const faults = page.getByTestId("faults");
  await faults.waitFor();
  expect((await page.getByTestId("handed-in").getAttribute("data-sound")) === "false", "a crossing boundary counts as sound");
  expect((await page.getByTestId("check-read").count()) === 0, "a crossing boundary can be checked");
  const center = () => page.evaluate(() => window.planatlas.map.getView().getCenter().map(Math.round).join());
  const before = await center();
  await page.getByTestId("fault").first().click();
  await page.waitForFunction((was) => window.planatlas.map.getView().getCenter().map(Math.round).join() !== was, before);
  await reveal(page);
  const mended = await answered(page, "/sites", () => page.getByTestId("repair").click());
  expect(mended.body.sound && new URL(mended.url).search === "", `mending gives ${JSON.stringify(mended.body).slice(0, 200)}`);
  await page.getByTestId("check-read").waitFor();
  expect((await page.getByTestId("plot").innerText()).includes("已修复"), "the mended area is not told");
  ok("faults of a boundary can be gone to and mended");

  await page.getByTestId("check-clear").click();
  await paste(page, "POLYGON((463329 4191674,463429 4191674,463429 4191774,463329 4191674))");
  await page.getByTestId("choices").waitFor();
  expect((await page.getByTestId("choose-crs").inputValue()) === "EPSG:4547", "the system that the numbers look like is not proposed");
  const again = await answered(page, "/sites", () => page.getByTestId("read-again").click());
  expect(again.status === 200, `with the system said, the text is answered with ${again.status}`);
  await page.getByTestId("check-read").waitFor();
  await page.getByTestId("check-clear").click();
  ok("the system is asked for only where the text leaves it open");
}

/** On a phone the sheet gives way when the map is to be seen. */
async function reveal(page) {
  if (!(await page.getByTestId("check-output").isVisible())) await page.getByTestId("tab-check").click();
}

async function questions(page, base) {
  await paste(page, square);
  await answered(page, "/checks", () => page.getByTestId("check-read").click());
  await shownCheck(page);
  const open = await page.getByTestId("question").count();
  expect(open > 1, `only ${open} questions are asked`);
  const type = page.locator('[data-testid="question"][data-attribute="project_type"]');
  await type.getByTestId("reply-select").selectOption({ index: 1 });
  const first = await answered(page, "/checks", () => type.getByTestId("reply-send").click());
  expect(first.body.project.project_type === "building", `the reply arrives as ${JSON.stringify(first.body.project)}`);
  expect(first.body.site.input.format === "geojson" || first.body.site.input.format === "GeoJSON", `the file itself is not sent again: ${first.body.site.input.format}`);
  await shownCheck(page);
  const flag = page.locator('[data-testid="question"][data-attribute="may_pollute_groundwater"]');
  expect(/→ 禁止/.test(await flag.innerText()), `the meaning of a reply reads “${await flag.innerText()}”`);
  const second = await answered(page, "/checks", () => flag.locator('[data-value="true"]').click());
  expect(second.body.project.may_pollute_groundwater === true && second.body.project.project_type === "building", `after two replies the project is ${JSON.stringify(second.body.project)}`);
  await shownCheck(page);
  expect((await page.getByTestId("said").innerText()).includes("单独选址"), "what was said of the project is not shown in words");
  const third = await answered(page, "/checks", () => page.getByTestId("take-back").first().click());
  expect(Object.keys(third.body.project).length === 1, `a reply taken back leaves ${JSON.stringify(third.body.project)}`);
  await shownCheck(page);
  ok("questions are asked with what each reply means, answered and taken back");

  const finding = page.locator('[data-testid="finding"]').first();
  await page.evaluate(() => window.planatlas.map.getView().setCenter([12600000, 4500000]));
  await finding.getByTestId("show-conflict").click();
  await page.waitForFunction(() => Math.abs(window.planatlas.map.getView().getCenter()[0] - 12600000) > 1);
  const bands = () => page.evaluate(() => window.planatlas.map.getLayers().getArray().find((l) => l.getZIndex() === 8999).getSource().getFeatures().map((f) => f.get("accuracy_m")));
  await page.waitForFunction(() => window.planatlas.map.getLayers().getArray().find((l) => l.getZIndex() === 8999).getSource().getFeatures().length > 0);
  expect((await bands())[0] > 0, `the finding has the band ${await bands()}`);
  await reveal(page);
  ok("a finding leads to its conflict and draws the band of its accuracy");
}

async function compare(page, base) {
  await page.getByTestId("set-aside").click();
  expect((await page.getByTestId("compare").count()) === 0, "one site alone can be compared");
  await page.getByTestId("draw").click();
  for (const p of ["113.5 37.85", "113.51 37.85", "113.51 37.86", "113.5 37.86"]) await type(page, p);
  await answered(page, "/checks", () => page.getByTestId("draw-finish").click());
  await shownCheck(page);
  await page.getByTestId("set-aside").click();
  const found = await answered(page, "/checks/compare", () => page.getByTestId("compare").click());
  expect(found.status === 200 && found.body.sites.length === 2, `the comparison is answered with ${found.status}`);
  expect(found.body.sites.every((s) => Object.keys(s.answer.project).length > 0), "the comparison forgot what was said of the project");
  await page.getByTestId("comparison").waitFor();
  expect((await page.getByTestId("comparison-site").count()) === 2, "the table does not have two sites");
  const shown = await page.evaluate(() => window.planatlas.map.getLayers().getArray().find((l) => l.getZIndex() === 9001).getSource().getFeatures().map((f) => f.get("label")).sort().join());
  expect(shown === "乙,甲", `the map shows the sites ${shown}`);
  const hash = new URL(page.url()).hash;
  expect(hash.includes("compare="), `the address does not remember the comparison: ${hash}`);
  await page.goto("about:blank");
  await openMap(page, base, hash);
  await page.getByTestId("comparison").waitFor();
  await page.getByTestId("open-alternative").first().click();
  await shownCheck(page);
  ok("two sites side by side in the table and on the map, with a link");

  await page.getByTestId("check-clear").click();
  await choose(page, "plots.geojson", JSON.stringify(plots));
  const both = await answered(page, "/checks/compare", () => page.getByTestId("compare-read").click());
  expect(both.body.sites.map((s) => s.name).sort().join() === "城区乙,白泉甲", `the plots are compared as ${both.body.sites.map((s) => s.name)}`);
  await page.getByTestId("comparison").waitFor();
  await page.getByTestId("open-alternative").first().click();
  await shownCheck(page);
  ok("the plots of a file are compared");
}

async function report(page) {
  const id = await shownCheck(page);
  for (const [format, head] of [["pdf", "%PDF-"], ["xlsx", "PK"], ["geojson", "{"]]) {
    const download = page.waitForEvent("download");
    await page.getByTestId(`report-${format}`).click();
    const file = await readFile(await (await download).path());
    expect(file.subarray(0, head.length).toString() === head, `the ${format} report begins with ${file.subarray(0, 8)}`);
  }
  const html = await page.request.get(await page.getByTestId("report-html").getAttribute("href"));
  expect(html.ok() && (await html.text()).includes(id), `the HTML report is answered with ${html.status()}`);
  const link = await page.getByTestId("permanent-link").inputValue();
  expect(new URL(link).hash.includes(`check=${id}`), `the permanent link is ${link}`);
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByTestId("verdict").waitFor();
  expect((await shownCheck(page)) === id, "the permanent link opens another check");
  ok("report as PDF, XLSX, HTML and GeoJSON; the permanent link opens the check");
}

async function days(page) {
  const asked = [];
  page.on("request", (r) => asked.push(r.url()));
  const again = page.waitForResponse((r) => new URL(r.url()).pathname === "/checks" && r.url().includes("on=2019-05-01"));
  await chooseDay(page, "2019-05-01");
  const answer = await (await again).json();
  expect(answer.provenance.day === "2019-05-01", `the check is of ${answer.provenance.day}`);
  await shownCheck(page);
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="legend-entry"][data-state="loading"]').length === 0);
  const items = asked.filter((u) => u.includes("/items"));
  expect(items.length > 5 && items.every((u) => u.includes("datetime=2019-05-01")), `the layers are asked for without the day: ${items.find((u) => !u.includes("datetime="))}`);
  const counts = await page.getByTestId("legend-entry").evaluateAll((all) => all.map((e) => e.dataset.state));
  expect(counts.every((s) => s === "loaded"), `layers of that day: ${counts}`);
  expect((await page.getByTestId("day").innerText()).includes("2019-05-01"), "the page does not say of which day it is");
  expect(page.url().includes("on=2019-05-01"), "the address does not remember the day");
  await answered(page, "/checks", () => page.getByTestId("day-today").click());
  await shownCheck(page);
  expect(!page.url().includes("on="), "back to today, the address still has a day");
  ok("another day: layers, rules and check are of that day");
}
