// The map against a running service: node e2e/map.mjs BASE_URL
// Reads the legend, a feature and its citation, draws a site across an ecological red line and reads the verdict.
import { expect, main, ok, openMap, withPage } from "./browser.mjs";

const redLines = "ecological_red_lines";

await main((base) =>
  withPage(base, async (page, complaints) => {
    await openMap(page, base);
    await legend(page, base);
    await drawnPixels(page);
    const feature = await located(page, base, redLines);
    await readFeature(page, feature);
    await checkSite(page, feature);
    await languages(page);
    expect(complaints.length === 0, `the page complained: ${complaints.join("; ")}`);
    ok("no request outside the service, no console error, no page error");
  }),
);

async function legend(page, base) {
  const listed = await (await page.request.get(new URL("collections", base).href)).json();
  const collections = listed.collections.filter((c) => c.geometryType); // records are not drawn
  const ids = collections.map((c) => c.id).sort();
  expect(ids.length > 0, "/collections lists nothing");
  const entries = await page.getByTestId("legend-entry").evaluateAll((all) => all.map((e) => ({ ...e.dataset })));
  const shown = entries.map((e) => e.id).sort();
  expect(JSON.stringify(shown) === JSON.stringify(ids), `the legend shows ${shown} where /collections lists ${ids}`);
  const failed = entries.filter((e) => e.state !== "loaded").map((e) => e.id);
  expect(failed.length === 0, `layers not loaded: ${failed}`);
  for (const c of collections) {
    const count = await page.locator(`[data-testid="legend-entry"][data-id="${c.id}"] [data-testid="legend-count"]`).innerText();
    expect(count.includes(String(c.featureCount)), `the legend says “${count}” for ${c.id}, which has ${c.featureCount} features`);
  }
  ok(`legend shows the ${ids.length} collections with their counts`);
}

/** Colours on the canvases: a blank map has one, or none. */
async function drawnPixels(page) {
  const colours = await page.evaluate(() => {
    const seen = new Set();
    for (const canvas of document.querySelectorAll("#map canvas")) {
      if (canvas.width === 0 || canvas.height === 0) continue;
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] > 40) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      }
    }
    return seen.size;
  });
  expect(colours > 20, `the map is blank: ${colours} colours on its canvases`);
  ok(`the map is drawn: ${colours} colours`);
}

/** A polygon of the layer as the service tells it; a layer without one cannot be tested and fails. */
async function located(page, base, layer) {
  const body = await (await page.request.get(new URL(`collections/${layer}/items?limit=1000`, base).href)).json();
  const feature = body.features.find((f) => f.geometry?.type?.endsWith("Polygon"));
  expect(feature, `${layer} has no polygon to click on`);
  return { layer, ...feature };
}

/** Zooms to the feature; returns a pixel inside it and a polygon's corners that cross it. */
async function pixels(page, feature) {
  const found = await page.evaluate(
    ([layer, id]) =>
      new Promise((resolve) => {
        const { map } = window.planatlas;
        const source = map.getLayers().getArray().find((l) => l.get("collection") === layer).getSource();
        const geometry = source.getFeatureById(id).getGeometry();
        map.getView().fit(geometry.getExtent(), { padding: [150, 150, 150, 150] });
        map.once("rendercomplete", () => {
          const polygon = geometry.getType() === "Polygon" ? geometry : geometry.getPolygon(0);
          const [x, y] = map.getPixelFromCoordinate(polygon.getInteriorPoint().getCoordinates());
          resolve({ x, y });
        });
        map.render();
      }),
    [feature.layer, feature.id],
  );
  await page.waitForTimeout(100);
  return found;
}

async function readFeature(page, feature) {
  const { x, y } = await pixels(page, feature);
  await page.mouse.click(x, y);
  const popup = page.getByTestId("popup");
  await popup.waitFor();
  const { name_zh: name, plan_section: section, plan_quote: quote } = feature.properties;
  const several = popup.getByTestId("popup-list").getByRole("button", { name });
  if ((await several.count()) > 0) await several.first().click();
  const heading = await popup.getByTestId("popup-name").innerText();
  expect(heading === name, `the panel is headed “${heading}”, the feature is “${name}”`);
  const citation = await popup.getByTestId("popup-citation").innerText();
  expect(citation.includes(section) && citation.includes(quote), `the citation “${citation}” lacks section ${section} or its quote`);
  const facts = await popup.getByTestId("popup-properties").innerText();
  expect(facts.includes(feature.properties.geometry_source), "the panel lacks the source of the position");
  expect(/±[\d.,]+ k?m/.test(facts), `the panel lacks the accuracy: ${facts}`);
  await page.keyboard.press("Escape");
  await popup.waitFor({ state: "hidden" });
  const focus = await page.evaluate(() => document.activeElement?.id);
  expect(focus === "map", `Esc gave the focus to ${focus}, not back to the map`);
  ok(`a click on ${feature.id} shows name, citation, source and accuracy; Esc closes`);
}

async function checkSite(page, feature) {
  const { x, y } = await pixels(page, feature);
  await page.getByTestId("tab-check").click();
  await page.getByTestId("draw").click();
  const corners = [[x - 60, y - 45], [x + 60, y - 45], [x + 60, y + 45], [x - 60, y + 45]];
  for (const [cx, cy] of [...corners.slice(0, 3), [x + 5, y + 140]]) await step(page, cx, cy);
  await page.keyboard.press("Backspace"); // takes the stray fourth point back
  await step(page, ...corners[3]);
  const answered = page.waitForResponse((r) => r.url().endsWith("/checks") && r.request().method() === "POST");
  await page.getByTestId("draw-finish").click();
  const response = await answered;
  const answer = await response.json();
  expect(response.status() === 201, `POST /checks answered ${response.status()}: ${JSON.stringify(answer)}`);
  await page.getByTestId("verdict").waitFor();
  ok("a site is drawn by mouse and checked");

  const verdict = await page.getByTestId("verdict").getAttribute("data-verdict");
  expect(verdict !== "clear", `a site across ${feature.id} is shown as clear`);
  const summary = (await page.getByTestId("summary").innerText()).replace(/\s+/g, "");
  expect(summary === answer.summary.zh.replace(/\s+/g, ""), `the page says “${summary}”, the service “${answer.summary.zh}”`);
  const row = page.locator(`[data-testid="layer-row"][data-layer="${feature.layer}"]`);
  const outcome = await row.getAttribute("data-outcome");
  expect(outcome === "hit", `${feature.layer} is shown as ${outcome} under a site drawn across ${feature.id}`);
  for (const l of answer.layers) {
    const title = await page.locator(`[data-testid="layer-row"][data-layer="${l.layer}"]`).locator(l.absent ? "xpath=." : "th").textContent();
    expect(title.startsWith(l.titles.zh), `the row of ${l.layer} is headed “${title}”, the answer calls it “${l.titles.zh}”`);
  }
  const finding = page.locator(`[data-testid="finding"][data-layer="${feature.layer}"]`).first();
  expect((await finding.count()) > 0, `no finding names ${feature.layer}`);
  ok(`verdict ${verdict}: ${summary}`);
  await shownArea(page, answer);

  const before = await page.evaluate(() => window.planatlas.map.getView().getCenter().join());
  await page.evaluate(() => window.planatlas.map.getView().setCenter([12600000, 4500000]));
  await page.locator("details.group:not([open]) > summary").evaluateAll((all) => all.forEach((s) => s.click()));
  await finding.getByTestId("show-conflict").click();
  const after = await page.evaluate(() => window.planatlas.map.getView().getCenter().join());
  expect(before !== "" && after !== "12600000,4500000", "a click on a finding does not move the map");
  ok("a finding leads to its conflict on the map");
}

/** A point of the drawing; the pause keeps two clicks from being a double-click. */
async function step(page, x, y) {
  await page.mouse.move(x, y);
  await page.mouse.click(x, y);
  await page.waitForTimeout(350);
}

/** The area shown is that of the answer in three units, and near the area of the ring on a sphere. */
async function shownArea(page, answer) {
  const text = await page.getByTestId("area").innerText();
  const [m2, ha, mu] = [...text.replaceAll(",", "").matchAll(/[\d.]+(?= ?(?:m²|公顷|亩))/g)].map((m) => Number(m[0]));
  const area = answer.site.area;
  expect(Math.abs(m2 - area.m2) <= 0.0051 && Math.abs(ha - m2 / 1e4) <= 0.00011 && Math.abs(mu - m2 * 0.0015) <= 0.0051, `the area reads “${text}”, the answer has ${area.m2} m²`);
  const g = answer.site.geometry;
  const rings = g.type === "Polygon" ? [g.coordinates[0]] : g.coordinates.map((p) => p[0]);
  const sphere = rings.reduce((sum, ring) => sum + sphericalArea(ring), 0);
  expect(Math.abs(m2 / sphere - 1) < 0.01, `the area ${m2} m² is not that of the drawn ring, about ${Math.round(sphere)} m²`);
  ok(`area ${text.replace(/\s+/g, " ")}`);
}

/** Area of a ring in degrees on the sphere of equal area (radius 6371007.2 m), m². */
function sphericalArea(ring) {
  const rad = Math.PI / 180;
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    const [[x1, y1], [x2, y2]] = [ring[i - 1], ring[i]];
    sum += (x2 - x1) * rad * (2 + Math.sin(y1 * rad) + Math.sin(y2 * rad));
  }
  return Math.abs((sum * 6371007.2 ** 2) / 2);
}

async function languages(page) {
  await page.getByTestId("lang-en").click();
  expect((await page.locator("h1").innerText()).includes("Yangquan planning atlas"), "the English title is missing");
  expect(page.url().includes("lang=en"), `the address does not remember the language: ${page.url()}`);
  await page.getByTestId("lang-zh").click();
  expect((await page.locator("h1").innerText()).includes("阳泉规划图集"), "the Chinese title is missing");
  await page.getByTestId("verdict").waitFor();
  ok("both languages, remembered in the address");
}
