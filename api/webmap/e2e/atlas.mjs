// The atlas for everybody: search, parks, what the plan says, the look: node e2e/atlas.mjs BASE_URL OUT_DIR
// On a desktop and on a phone; writes OUT_DIR/parks.png, plan.png, city.png and the same of a phone.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, main, ok, openMap, withPage } from "./browser.mjs";

const park = { layer: "industrial_parks", id: "nanlou-gongyeyuan", name: "南娄工业园区" };

await main((base, out) =>
  withPage(base, async (page, complaints) => {
    await mkdir(out, { recursive: true });
    for (const [kind, size] of [["", { width: 1280, height: 800 }], ["-phone", { width: 390, height: 844 }]]) {
      await page.setViewportSize(size);
      await page.goto("about:blank");
      await openMap(page, base);
      await look(page, base, join(out, `city${kind}.png`));
      await search(page, kind);
      await parks(page, base, join(out, `parks${kind}.png`), kind);
      await plan(page, base, join(out, `plan${kind}.png`), kind);
    }
    expect(complaints.length === 0, `the page complained: ${complaints.join("; ")}`);
    ok("no request outside the service, no console error, no page error");
    await page.setViewportSize({ width: 1280, height: 800 });
    await failures(page, base);
    await silence(page, base);
  }),
);

function view(page) {
  return page.evaluate(() => [...window.planatlas.map.getView().getCenter(), window.planatlas.map.getView().getZoom()]);
}

/** The middle of the map that no panel covers. */
function free(kind) {
  return kind ? [195, 180] : [860, 420];
}

async function look(page, base, picture) {
  const outlines = (await (await page.request.get(new URL("outlines", base).href)).json()).features;
  const drawn = await page.evaluate(() => {
    const layer = window.planatlas.map.getLayers().getArray().find((l) => l.get("base"));
    return layer.getSource().getFeatures().map((f) => f.getId()).filter(Boolean);
  });
  expect(outlines.every((o) => drawn.includes(o.id)), `of the outlines ${outlines.map((o) => o.id)} only ${drawn} are drawn`);
  expect((await page.getByTestId("base").innerText()).includes("不作为划界依据"), "the legend does not say that the outlines are no legal boundaries");
  const dots = await page.evaluate(() => {
    const layer = window.planatlas.map.getLayers().getArray().find((l) => l.get("collection") === "reference");
    return layer.getSource().getFeatures().filter((f) => f.getGeometry() && f.get("kind") === "region").map((f) => {
      const styles = layer.getStyleFunction()(f, 5000);
      return styles.some((s) => s.getGeometry()?.getType?.() === "Circle") && !styles.some((s) => s.getImage() && /^#/.test(s.getImage().getFill()?.getColor() ?? ""));
    });
  });
  expect(dots.length > 0 && dots.every(Boolean), "a region outside the city is a plain dot");
  const classes = await page.locator('[data-testid="legend-entry"][data-id="transport_links"] .classes li').count();
  expect(classes > 4, `the legend explains ${classes} classes of transport links`);
  await page.screenshot({ path: picture });
  ok(`the city lies under its layers, regions are circles; ${picture}`);
  await coordinates(page, base);
}

/** The numbers under the cursor are those that the service has for a feature. */
async function coordinates(page, base) {
  const item = new URL("collections/reference/items/yangquan-shi", base);
  const [lon, lat] = (await (await page.request.get(item.href)).json()).geometry.coordinates;
  const [north, east] = (await (await page.request.get(`${item}?crs=http://www.opengis.net/def/crs/EPSG/0/4526`)).json()).geometry.coordinates;
  await page.evaluate(([x, y]) => {
    const { map } = window.planatlas;
    const r = 6378137, rad = Math.PI / 180;
    map.getView().setCenter([r * x * rad, r * Math.log(Math.tan(Math.PI / 4 + (y * rad) / 2))]);
    map.getView().setZoom(19);
    map.renderSync();
  }, [lon, lat]);
  const [x, y] = await page.evaluate(([a, b]) => {
    const r = 6378137, rad = Math.PI / 180;
    return window.planatlas.map.getPixelFromCoordinate([r * a * rad, r * Math.log(Math.tan(Math.PI / 4 + (b * rad) / 2))]);
  }, [lon, lat]);
  await page.mouse.move(x + 3, y);
  await page.mouse.move(x, y);
  const numbers = async (id) => [...(await page.getByTestId(id).innerText()).matchAll(/[\d.]{5,}/g)].map((m) => Number(m[0]));
  const [shownLon, shownLat] = await numbers("lonlat");
  const [shownX, shownY] = await numbers("zone38");
  // A pixel is about 0.24 m here.
  expect(Math.abs(shownLon - lon) < 5e-6 && Math.abs(shownLat - lat) < 5e-6, `the cursor is at ${shownLon}, ${shownLat}, the feature at ${lon}, ${lat}`);
  expect(Math.abs(shownX - north) < 0.5 && Math.abs(shownY - east) < 0.5, `the cursor is at X ${shownX} Y ${shownY}, the service says ${north}, ${east}`);
  ok(`coordinates under the cursor: X ${shownX}, Y ${shownY}`);
  const before = await view(page);
  await page.getByTestId("home").click();
  await page.waitForTimeout(100);
  const [, , zoom] = await view(page);
  expect(zoom < before[2] - 5, "the way home does not lead back to the city");
}

async function search(page, kind) {
  for (const [text, name] of [["南娄工业", park.name], ["nanlougongye", park.name], ["nlgyy", park.name], ["Nanlou Ind", park.name], ["shinaoshan", "狮脑山"]]) {
    await page.getByTestId("search").fill(text);
    await page.locator('#search-list [role="option"]:first-child span').filter({ hasText: name }).waitFor();
    await page.getByTestId("search").fill("");
  }
  await page.getByTestId("search").fill("没有这个名字");
  await page.getByTestId("search-status").filter({ hasText: "没有找到" }).waitFor();
  await page.getByTestId("search").fill("nlgyy");
  await page.locator(`#search-list [data-feature="${park.id}"]`).waitFor();
  await page.keyboard.press("ArrowDown");
  expect((await page.getByTestId("search").getAttribute("aria-activedescendant")) === "found-0", "an arrow does not choose the first name");
  await page.keyboard.press("Enter");
  await page.getByTestId("popup-name").filter({ hasText: park.name }).waitFor();
  expect(page.url().includes(`feature=${park.layer}%2F${park.id}`), `the address does not name the feature: ${page.url()}`);
  await page.keyboard.press("Escape");
  await page.getByTestId("popup").waitFor({ state: "hidden" });
  if (kind) await unfold(page);
  ok("names are found in Chinese, pinyin, first letters and English, by keyboard; an unknown one is a sentence");
}

/** On a phone the sheet gives way to the map when something is shown there. */
async function unfold(page) {
  const fold = page.locator("button.fold");
  if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
}

async function parks(page, base, picture, kind) {
  await page.getByTestId("tab-parks").click();
  const cards = page.getByTestId("park");
  await page.locator('[data-testid="park"] dd', { hasText: "阳五高速" }).first().waitFor();
  const all = await cards.count();
  const data = await (await page.request.get(new URL("collections/industrial_parks/items?limit=1000", base).href)).json();
  expect(all >= data.features.length, `${all} cards for ${data.features.length} parks`);
  await page.getByTestId("parks-county").selectOption("盂县");
  const wanted = data.features.filter((f) => f.properties.county === "盂县").map((f) => `industrial_parks/${f.id}`);
  const shown = await cards.evaluateAll((list) => list.map((c) => c.dataset.id));
  expect(shown.length < all && wanted.every((id) => shown.includes(id)), `of ${wanted} in 盂县 the list shows ${shown}`);
  await page.getByTestId("parks-industry").selectOption("固废综合利用");
  expect((await cards.count()) >= 3, "the industry leaves no park of 盂县");
  await page.getByTestId("parks-name").fill("nlgyy");
  await page.getByTestId("parks-count").filter({ hasText: "1 处" }).waitFor();
  const card = page.locator(`[data-testid="park"][data-id="${park.layer}/${park.id}"]`);
  const text = await card.innerText();
  const { nearest, distance_m: metres } = (await (await page.request.get(new URL(`collections/industrial_parks/nearest?to=transport_hubs&to-filter=${encodeURIComponent("kind IN ('rail_station','passenger_hub')")}&limit=1000`, base).href)).json()).pairs.find((p) => p.feature.id === park.id);
  expect(text.includes(nearest.name.zh), `the card lacks the nearest station ${nearest.name.zh} at ${metres} m: ${text}`);
  for (const part of ["新型耐火材料", "3.06 km²", "盂县", "阳五高速", "±"]) expect(text.includes(part), `the card lacks ${part}: ${text}`);
  await page.getByTestId("parks-reset").click();
  expect((await cards.count()) === all, "clearing the conditions does not bring back all parks");
  await page.screenshot({ path: picture });
  ok(`${all} parks with industries, area and distances; filters by county, industry and pinyin; ${picture}`);

  await page.getByTestId("home").click();
  await page.waitForTimeout(100);
  const before = await view(page);
  await card.getByTestId("park-name").click();
  await page.getByTestId("popup-name").filter({ hasText: park.name }).waitFor();
  const after = await view(page);
  expect(after[2] > before[2] + 1, "a park does not fly the map to its place");
  const shared = new URL(page.url()).hash;
  await page.goto("about:blank");
  await openMap(page, base, shared);
  await page.getByTestId("popup-name").filter({ hasText: park.name }).waitFor();
  ok(`a card flies to its park, and ${shared} opens it again`);
  await page.keyboard.press("Escape");
  if (kind) await unfold(page);
}

async function plan(page, base, picture, kind) {
  await page.getByTestId("home").click();
  await page.getByTestId("tab-plan").click();
  await page.waitForFunction(() => !window.planatlas.map.getView().getAnimating());
  await page.waitForTimeout(400); // sooner, the two clicks are a double click
  const [x, y] = free(kind);
  const asked = page.waitForResponse((r) => new URL(r.url()).pathname === "/plan");
  await page.mouse.click(x, y);
  const answer = await (await asked).json();
  await page.getByTestId("plan-answer").waitFor();
  expect(answer.features.length > 0, "the plan says nothing in the middle of the city");
  const text = await page.getByTestId("plan-answer").innerText();
  for (const f of answer.features.filter((one) => one.relation === "here").slice(0, 12)) {
    expect(text.includes(f.name.zh) && text.includes(f.quote), `the answer lacks ${f.name.zh} or its citation “${f.quote}”`);
  }
  expect(answer.counties.every((c) => text.includes(c.name.zh)), "the answer lacks the county");
  await page.screenshot({ path: picture });
  ok(`a click on the map tells what the plan says there, ${answer.features.length} features, ${answer.records.length} records; ${picture}`);

  const book = page.getByTestId("book-plan_indicators");
  await book.locator("summary").click();
  const { features } = await (await page.request.get(new URL("collections/plan_indicators/items?limit=1000", base).href)).json();
  await page.getByTestId("book-plan_indicators").locator("li").nth(features.length - 1).waitFor();
  const some = features.find((f) => f.properties.baseline !== null && f.properties.target !== null);
  const listed = await page.locator(`[data-testid="book-plan_indicators"] li[data-feature="${some.id}"]`).innerText();
  expect(listed.includes(String(some.properties.target)) && listed.includes(some.properties.plan_quote), `the indicator ${some.id} reads ${listed}`);
  ok(`${features.length} indicators of the plan beside the map, with their citations`);
  await page.getByTestId("tab-layers").click();
  await page.mouse.click(x, y);
  await page.getByTestId("popup-ask").click();
  await page.getByTestId("plan-answer").waitFor();
  ok("a click on other tabs leads on to the plan");
}

/** A service that never answers is given up after a minute of the page's clock, with a sentence. */
async function silence(page, base) {
  await page.goto("about:blank");
  await page.clock.install();
  await openMap(page, base);
  const silent = async (pattern, ask, failed) => {
    await page.route(pattern, () => {}); // never answered
    const asked = page.waitForRequest(pattern);
    await ask();
    await asked;
    await page.clock.fastForward(61_000);
    await failed.waitFor();
    await page.unroute(pattern);
  };
  await silent(/\/search\?/, () => page.getByTestId("search").fill("南娄"), page.getByTestId("search-status").filter({ hasText: "查找未能完成" }));
  await page.getByTestId("search").fill("");
  await silent(/\/nearest\?/, () => page.getByTestId("tab-parks").click(), page.getByTestId("parks-count").filter({ hasText: "距离未能读取" }));
  await silent(/\/plan_systems\/items/, async () => {
    await page.getByTestId("tab-plan").click();
    await page.getByTestId("book-plan_systems").locator("summary").click();
  }, page.getByTestId("book-plan_systems").locator(".failure"));
  await silent(/\/plan\?/, () => page.mouse.click(...free("")), page.getByTestId("plan-error"));
  ok("silence for a minute is a sentence on every panel");
}

/** Each answer fails in turn, in each way: a sentence says so, and the rest goes on. */
async function failures(page, base) {
  const ways = {
    503: (r) => r.fulfill({ status: 503, contentType: "application/problem+json", body: '{"title":"Unavailable","status":503,"detail":"the database is starting"}' }),
    403: (r) => r.fulfill({ status: 403, contentType: "application/problem+json", body: '{"title":"Forbidden","status":403}' }),
    malformed: (r) => r.fulfill({ status: 200, contentType: "application/json", body: "{}" }),
    broken: (r) => r.abort(),
  };
  for (const [name, fail] of Object.entries(ways)) {
    await page.goto("about:blank");
    await page.route(/\/outlines$/, fail);
    await openMap(page, base);
    await page.getByTestId("base-error").waitFor();
    await page.unroute(/\/outlines$/);
    await page.getByTestId("base-error").getByRole("button").click();
    await page.getByTestId("base-error").waitFor({ state: "hidden" });

    await page.route(/\/search\?/, fail);
    await page.getByTestId("search").fill("南娄");
    await page.getByTestId("search-status").filter({ hasText: "查找未能完成" }).waitFor();
    await page.unroute(/\/search\?/);
    await page.getByTestId("search").fill("");

    await page.route(/\/nearest\?/, fail);
    await page.getByTestId("tab-parks").click();
    await page.getByTestId("parks-count").filter({ hasText: "距离未能读取" }).waitFor();
    expect((await page.getByTestId("park").count()) > 10, `without distances (${name}) the parks are gone`);
    await page.unroute(/\/nearest\?/);
    await page.getByTestId("parks-count").getByRole("button", { name: "重试" }).click();
    await page.locator('[data-testid="park"] dd', { hasText: "阳五高速" }).first().waitFor();

    await page.route(/\/plan\?/, fail);
    await page.getByTestId("tab-plan").click();
    await page.mouse.click(...free(""));
    const said = await page.getByTestId("plan-error").innerText();
    expect(said.includes("未能查阅规划"), `a failing plan (${name}) reads “${said}”`);
    expect(!(await page.getByTestId("plan-answer").isVisible()), `a failing plan (${name}) shows an answer`);
    await page.unroute(/\/plan\?/);
    await page.locator("#tab-plan").getByRole("button", { name: "重试" }).click();
    await page.getByTestId("plan-answer").waitFor();

    await page.route(/\/plan_systems\/items/, fail);
    await page.getByTestId("book-plan_systems").locator("summary").click();
    await page.getByTestId("book-plan_systems").locator(".failure").waitFor();
    await page.unroute(/\/plan_systems\/items/);
    await page.getByTestId("book-plan_systems").getByRole("button").click();
    await page.getByTestId("book-plan_systems").locator("li").first().waitFor();
  }
  ok(`outlines, search, distances, plan and records failing in ${Object.keys(ways).length} ways are sentences with a way on`);
}
