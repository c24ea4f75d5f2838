// The map when the service fails or answers oddly: node e2e/failures.mjs BASE_URL
// Answers are altered on their way to the page; nothing may ever look clear, blank or checked that is not.
import { expect, main, ok, openMap, paste, withPage } from "./browser.mjs";

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
    await everyCall(page, base);
    await lateAnswer(page, base);
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
  await paste(page, square);
  await page.getByTestId("check-read").click();
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

/** Each request of "Check a site" fails in each way: a sentence stands where the answer would, and no verdict. */
async function everyCall(page, base) {
  const failures = [
    ["503", (r) => r.fulfill(json(503, { title: "Unavailable", status: 503, detail: "the database is starting" })), "the database is starting"],
    ["403", (r) => r.fulfill(json(403, { title: "Forbidden", status: 403, detail: "you may not read this" })), "you may not read this"],
    ["no JSON", (r) => r.fulfill({ status: 200, contentType: "application/json", body: "<html>clear</html>" }), "无法读懂"],
    ["other JSON", (r) => r.fulfill(json(200, { verdict: "clear" })), "无法读懂"],
    ["no connection", (r) => r.abort(), "无法连接服务"],
  ];
  await page.unrouteAll();
  const feature = { type: "Feature", properties: {}, geometry: JSON.parse(square) };
  const made = await (await page.request.post(new URL("checks", base).href, { data: JSON.stringify(feature), headers: { "Content-Type": "application/geo+json" } })).json();
  const load = async (hash) => {
    await page.goto("about:blank");
    await openMap(page, base, hash);
  };
  await load("#lang=zh");
  /** Goes to an address of the page without loading it anew. */
  const open = (hash) => page.evaluate((h) => (location.hash = h), hash);
  const opened = async () => {
    await open(`#lang=zh&check=${made.id}`);
    await page.getByTestId("verdict").waitFor();
  };
  const calls = [
    ["reading a file", /\/sites$/, () => paste(page, square)],
    ["an archived check", /\/checks\/[A-Z0-9]+$/, () => open(`#lang=zh&check=${made.id}`)],
    ["an archived comparison", /\/checks\/[A-Z0-9]+$/, () => open(`#lang=zh&compare=${made.id},${made.id}`)],
    ["a comparison", /\/checks\/compare$/, async () => {
      await opened();
      for (let i = 0; i < 2; i++) await page.getByTestId("set-aside").click();
      await page.getByTestId("compare").click();
    }],
    ["a reply", /\/checks(\?|$)/, async () => {
      await opened();
      await page.getByTestId("reply").first().click();
    }],
    ["another day", /\/checks(\?|$)/, async () => {
      await opened();
      await page.getByTestId("day-input").fill("2022-05-01");
    }],
  ];
  for (const [call, path, act] of calls) {
    for (const [name, handler, words] of failures) {
      await page.route(path, handler);
      if (await page.getByTestId("check-clear").isVisible()) await page.getByTestId("check-clear").click();
      await act();
      await page.getByTestId("check-error").waitFor();
      const text = await errorText(page);
      for (const word of ["没有结论", words]) expect(text.includes(word), `${call}, ${name}: reads “${text}”, which lacks “${word}”`);
      expect((await page.locator('[data-testid="comparison"], [data-testid="handed-in"]').count()) === 0, `${call}, ${name}: something is shown as if it had come`);
      await page.unrouteAll();
      if (await page.getByTestId("day-today").isVisible()) await page.getByTestId("day-today").click();
    }
    ok(`${call}: ${failures.length} kinds of failure are sentences, never a verdict`);
  }
  await page.route(/\/collections\/[a-z_]+\/items\?.*datetime=/, (r) => r.fulfill(json(503, { title: "Unavailable", status: 503, detail: "the database is starting" })));
  await load("#lang=zh&on=2022-05-01");
  const states = await page.getByTestId("legend-entry").evaluateAll((all) => all.map((e) => e.dataset.state));
  expect(states.length > 5 && states.every((s) => s === "failed"), `layers of a day that cannot be had are shown as ${states}`);
  await page.unrouteAll();
  ok("layers of another day that cannot be had say so");
}

/** A service that never answers is given up after a minute of the page's clock. */
async function lateAnswer(page, base) {
  await page.goto("about:blank");
  await page.clock.install();
  await openMap(page, base);
  await page.route(/\/sites$/, () => {}); // never answered
  await paste(page, square);
  await page.clock.fastForward(61_000);
  await page.getByTestId("check-error").waitFor();
  const text = await errorText(page);
  expect(text.includes("60 秒"), `a service that is silent reads “${text}”`);
  await page.unrouteAll();
  ok("silence for a minute is a sentence");
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
