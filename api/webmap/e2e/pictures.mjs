// The pictures of the main views, each looked at by people: node e2e/pictures.mjs BASE_URL OUT_DIR
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, main, ok, openMap, paste, withPage } from "./browser.mjs";

const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const site = { type: "Polygon", coordinates: [[[113.56, 37.84], [113.592, 37.838], [113.598, 37.862], [113.571, 37.868], [113.56, 37.84]]] };
const other = { type: "Polygon", coordinates: [[[113.63, 37.79], [113.655, 37.789], [113.657, 37.806], [113.632, 37.808], [113.63, 37.79]]] };
const third = { type: "Polygon", coordinates: [[[113.78, 37.93], [113.80, 37.93], [113.80, 37.945], [113.78, 37.945], [113.78, 37.93]]] };
const sites = [["开发区北片", site], ["冠山脚下", other], ["娘子关西", third]];
const bowTie = "POLYGON((113.560 37.840,113.598 37.862,113.592 37.838,113.571 37.868,113.560 37.840))";

await main((base, out) =>
  withPage(base, async (page, complaints) => {
    await mkdir(out, { recursive: true });
    const ids = await archived(page, base);
    const take = async (name) => {
      await page.screenshot({ path: join(out, `${name}.png`) });
      ok(name);
    };
    for (const [name, hash, size, dark, then] of views(ids)) {
      await page.goto("about:blank");
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
      await openMap(page, base, hash);
      await then(page);
      await settled(page);
      await take(name);
    }
    expect(complaints.length === 0, `the page complained: ${complaints.join("; ")}`);
  }),
);

/** The views: name, address, size of the window, dark, and what is done before the picture is taken. */
function views(ids) {
  const check = `#lang=zh&check=${ids[0]}`;
  return [
    ["layers", "#lang=zh", desktop, false, async () => {}],
    ["parks", "#lang=zh&tab=parks", desktop, false, parks],
    ["plan", "#lang=zh&tab=plan", desktop, false, (page) => asked(page, 860, 470)],
    ["map", check, desktop, false, around],
    ["finding", check, desktop, false, finding],
    ["draw", "#lang=zh", desktop, false, drawing],
    ["faults", "#lang=zh", desktop, false, faults],
    ["compare", "#lang=zh", desktop, false, comparison],
    ["dark", check, desktop, true, around],
    ["english", `#lang=en&check=${ids[1]}`, desktop, false, around],
    ["layers-phone", "#lang=zh", phone, false, async () => {}],
    ["parks-phone", "#lang=zh&tab=parks", phone, false, parks],
    ["map-phone", check, phone, false, around],
  ];
}

/** Archives three checks of one project and gives their ids. */
async function archived(page, base) {
  const ids = [];
  for (const [name, geometry] of sites) {
    const feature = { type: "Feature", properties: { name, project_type: "industry" }, geometry };
    const answer = await page.request.post(new URL("checks", base).href, { data: JSON.stringify(feature), headers: { "Content-Type": "application/geo+json" } });
    expect(answer.status() === 201, `POST /checks answered ${answer.status()}`);
    ids.push((await answer.json()).id);
  }
  return ids;
}

/** The parks of one county, with their distances, one of them on the map. */
async function parks(page) {
  await page.locator('[data-testid="park"] dd', { hasText: "阳五高速" }).first().waitFor();
  await page.getByTestId("parks-county").selectOption("盂县");
  await page.locator('[data-testid="park"][data-id="industrial_parks/nanlou-gongyeyuan"]').scrollIntoViewIfNeeded();
}

/** What the plan says where the map is clicked. */
async function asked(page, x, y) {
  await page.mouse.click(x, y);
  await page.getByTestId("plan-answer").waitFor();
}

async function settled(page) {
  await page.evaluate(() => new Promise((drawn) => {
    const { map } = window.planatlas;
    map.once("rendercomplete", drawn);
    map.render();
  }));
}

/** The open check, with what lies around its site. */
async function around(page) {
  await page.getByTestId("verdict").waitFor();
  await page.evaluate(() => {
    const view = window.planatlas.map.getView();
    view.setZoom(view.getZoom() - 1.6);
  });
}

async function finding(page) {
  await page.getByTestId("verdict").waitFor();
  const first = page.getByTestId("finding").first();
  await first.getByTestId("show-conflict").click();
  await first.scrollIntoViewIfNeeded();
  await page.waitForTimeout(200);
  await page.evaluate(() => {
    const view = window.planatlas.map.getView();
    view.setZoom(view.getZoom() - 2);
  });
}

async function drawing(page) {
  await page.getByTestId("tab-check").click();
  await page.getByTestId("draw").click();
  for (const [lon, lat] of site.coordinates[0].slice(0, 4)) {
    await page.getByTestId("draw-coordinates").fill(`${lon}, ${lat}`);
    await page.getByTestId("draw-coordinates").press("Enter");
  }
  await page.evaluate(() => window.planatlas.map.getView().setZoom(12.6));
  await page.mouse.move(930, 520);
}

async function faults(page) {
  await paste(page, bowTie);
  await page.getByTestId("faults").waitFor();
}

/** The three sites as one file, compared. */
async function comparison(page) {
  await page.getByTestId("tab-check").click();
  const features = sites.map(([name, geometry]) => ({ type: "Feature", properties: { name }, geometry }));
  const buffer = Buffer.from(JSON.stringify({ type: "FeatureCollection", features }));
  await page.getByTestId("file-input").setInputFiles({ name: "方案.geojson", mimeType: "application/geo+json", buffer });
  await page.getByTestId("compare-read").click();
  await page.getByTestId("comparison").waitFor();
  await page.evaluate(() => {
    const view = window.planatlas.map.getView();
    view.setZoom(view.getZoom() - 0.5);
  });
}
