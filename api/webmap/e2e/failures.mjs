// The map when the service fails or answers oddly: node e2e/failures.mjs BASE_URL
// Answers are altered on their way to the page; nothing may ever look clear, blank or checked that is not.
import { expect, main, ok, openMap, withPage } from "./browser.mjs";

const square = '{"type":"Polygon","coordinates":[[[113.5,37.85],[113.51,37.85],[113.51,37.86],[113.5,37.86],[113.5,37.85]]]}';
const problem = {
  type: "about:blank", title: "Site cannot be read", status: 422, detail: "the ring is not closed",
  hint: "repeat the first position at the end", parameter: "/coordinates/0",
};

await main((base) =>
  withPage(base, async (page) => {
    await failedLayer(page, base);
    await problems(page);
    await oddAnswers(page);
    await keyboardDrawing(page);
    await lostCatalogue(page, base);
  }),
);

async function failedLayer(page, base) {
  const listed = await (await page.request.get(new URL("collections", base).href)).json();
  const collections = listed.collections.filter((c) => c.geometryType); // records are not drawn
  const id = collections[0].id;
  const items = new RegExp(`/collections/${id}/items`);
  await page.route(items, (route) => route.fulfill(json(503, { title: "Unavailable", status: 503, detail: "the database is starting" })));
  await openMap(page, base);
  const entry = page.locator(`[data-testid="legend-entry"][data-id="${id}"]`);
  expect((await entry.getAttribute("data-state")) === "failed", `${id} is not shown as failed`);
  expect((await entry.innerText()).includes("the database is starting"), "the legend does not say why the layer failed");
  const loaded = await page.locator('[data-testid="legend-entry"][data-state="loaded"]').count();
  expect(loaded === collections.length - 1, `only ${loaded} of the other ${collections.length - 1} layers went on`);
  await page.unroute(items);
  await entry.getByRole("button").click();
  await page.locator(`[data-testid="legend-entry"][data-id="${id}"][data-state="loaded"]`).waitFor();
  ok("a failed layer says why, the rest goes on, and a retry brings it back");
}

/** Pastes the square and checks it, with the answer replaced. */
async function checkWith(page, handler) {
  await page.unrouteAll();
  await page.route(/\/checks$/, handler);
  await paste(page);
  await page.getByTestId("check-read").click();
}

async function paste(page) {
  if (!(await page.getByTestId("draw").isVisible())) await page.getByTestId("tab-check").click();
  const input = page.getByTestId("paste-input");
  if (!(await input.isVisible())) await page.locator("details.paste > summary").click();
  await input.fill(square);
  await page.getByTestId("paste-check").click();
}

async function errorText(page) {
  const text = await page.getByTestId("check-error").innerText();
  expect((await page.getByTestId("verdict").count()) === 0, `a verdict stands beside the error “${text}”`);
  return text;
}

async function problems(page) {
  const cases = [
    ["a problem document", (r) => r.fulfill(json(422, problem)), [problem.title, problem.detail, problem.hint, problem.parameter]],
    ["a bare 502", (r) => r.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad Gateway</h1>" }), ["502"]],
    ["a broken problem", (r) => r.fulfill({ status: 500, contentType: "application/problem+json", body: "{" }), ["500"]],
    ["a lost connection", (r) => r.abort(), ["无法连接服务"]],
    ["an answer that is no JSON", (r) => r.fulfill({ status: 201, contentType: "application/json", body: "clear" }), ["无法读懂"]],
    ["an answer without a verdict", (r) => r.fulfill(json(201, { id: "x", layers: [] })), ["无法读懂"]],
  ];
  for (const [name, handler, words] of cases) {
    await checkWith(page, handler);
    await page.getByTestId("check-error").waitFor();
    const text = await errorText(page);
    for (const word of ["检查未完成", ...words]) expect(text.includes(word), `${name} reads “${text}”, which lacks “${word}”`);
    await page.getByTestId("check-clear").click();
  }
  ok(`${cases.length} kinds of failure are sentences, never a verdict`);
}

async function oddAnswers(page) {
  const ids = await page.getByTestId("legend-entry").evaluateAll((all) => all.map((e) => e.dataset.id));
  const answer = (change) => {
    const body = { id: "odd", verdict: "clear", summary: { zh: "未发现冲突", en: "no conflict" }, site: { geometry: JSON.parse(square), area: { m2: 1, ha: 0.0001, mu: 0.0015 } }, layers: ids.map((layer) => ({ layer, outcome: "clear" })), findings: [] };
    change(body);
    return body;
  };
  const cases = [
    ["all layers clear", () => {}, "clear", "clear"],
    ["an outcome left out", (b) => delete b.layers[0].outcome, "incomplete", "not_checked"],
    ["an outcome unknown", (b) => (b.layers[0].outcome = "fine"), "incomplete", "not_checked"],
    ["a layer left out", (b) => b.layers.shift(), "incomplete", "not_checked"],
    ["no layers", (b) => (b.layers = []), "incomplete", "not_checked"],
    ["a verdict unknown", (b) => (b.verdict = "ok"), "incomplete", "clear"],
  ];
  for (const [name, change, verdict, outcome] of cases) {
    await checkWith(page, (r) => r.fulfill(json(201, answer(change))));
    await page.getByTestId("verdict").waitFor();
    const shown = await page.getByTestId("verdict").getAttribute("data-verdict");
    expect(shown === verdict, `${name}: the verdict shown is ${shown}, not ${verdict}`);
    const row = page.locator(`[data-testid="layer-row"][data-layer="${ids[0]}"]`);
    const had = await row.getAttribute("data-outcome");
    expect(had === outcome, `${name}: ${ids[0]} is shown as ${had}, not ${outcome}`);
    const gaps = await page.getByTestId("gaps").count();
    expect((gaps > 0) === (outcome === "not_checked"), `${name}: the sentence on layers not checked is wrong`);
    await page.getByTestId("check-clear").click();
  }
  await page.unrouteAll();
  ok("what is missing or unknown in an answer is shown as not checked");
}

async function keyboardDrawing(page) {
  await page.getByTestId("draw").click();
  await page.getByTestId("draw-finish").click();
  expect((await page.locator("#drawbar").innerText()).includes("至少需要三个点"), "finishing without points says nothing");
  await page.keyboard.press("Escape");
  await page.locator("#drawbar").waitFor({ state: "hidden" });
  const focus = await page.evaluate(() => document.activeElement?.dataset.testid);
  expect(focus === "draw", `Esc while drawing gave the focus to ${focus}`);
  ok("Esc cancels a drawing, too few points are refused with a sentence");

  const zoom = () => page.evaluate(() => window.planatlas.map.getView().getZoom());
  const before = await zoom();
  await page.route(/\/checks$/, (route) => route.fulfill(json(422, problem)));
  await page.getByTestId("draw").click();
  for (const [x, y] of [[700, 300], [800, 300]]) {
    await page.mouse.click(x, y);
    await page.waitForTimeout(350);
  }
  await page.mouse.dblclick(750, 400);
  await page.getByTestId("check-error").waitFor();
  expect((await zoom()) === before, "the double-click that ends a drawing also zooms the map");
  await page.unrouteAll();
  ok("a double-click ends a drawing and sends it");
}

async function lostCatalogue(page, base) {
  await page.route("**/collections", (route) => route.abort());
  await page.goto("about:blank");
  await openMap(page, base);
  const text = await page.getByTestId("collections-error").innerText();
  expect(text.includes("图层目录读取失败"), `a lost catalogue reads “${text}”`);
  ok("a lost list of layers is a sentence");
}

function json(status, body) {
  return { status, contentType: status < 400 ? "application/json" : "application/problem+json", body: JSON.stringify(body) };
}
