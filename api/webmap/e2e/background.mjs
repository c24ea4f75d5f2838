// Configured backgrounds: node e2e/background.mjs BASE_URL, whose page has three of them and the number of its approval
// Every tile is red or blue by its column, so that the borders of tiles on the screen show whether they lie where they should.
import { readFile } from "node:fs/promises";
import { deflateSync } from "node:zlib";
import { transform } from "esbuild";
import { expect, main, ok, openMap, withPage } from "./browser.mjs";

await main((base) =>
  withPage(base, async (page, complaints) => {
    const { toGCJ, fromGCJ } = await load("../src/gcj.ts");
    formula(toGCJ, fromGCJ);
    const asked = [];
    await page.route(/tiles\.example/, (route) => {
      asked.push(route.request().url());
      const [, , x] = new URL(route.request().url()).pathname.split("/").map(Number);
      return route.fulfill({ contentType: "image/png", body: square(x % 2 === 0 ? [220, 30, 30] : [30, 30, 220]) });
    });
    await openMap(page, base);
    expect((await page.getByTestId("approval").innerText()).includes("审图号：晋S(2026)012号"), "the number of the approval is not on the map");
    await page.evaluate(() => (window.print = () => (document.body.dataset.printed = "true")));
    await page.getByTestId("print").click();
    await page.getByTestId("print-now").click();
    await page.waitForFunction(() => document.body.dataset.printed === "true");
    expect((await page.locator("#sheet footer").textContent()).includes("审图号：晋S(2026)012号"), "the number of the approval is not on the printed sheet");
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    expect((await page.locator(".ol-attribution").innerText()).includes("Example Tiles"), "the attribution of the background is not on the map");
    await page.getByRole("button", { name: "全部隐藏" }).click();
    await page.locator('[data-testid="base"] input').uncheck();
    const same = (lon, lat) => [lon, lat];
    await borders(page, "1", "plain", same, (z) => 2 ** z);
    await borders(page, "2", "degrees", same, (z) => 2 ** z);
    await borders(page, "3", "shifted", toGCJ, (z) => 2 ** z);
    expect((await page.getByTestId("background-note").innerText()).includes("GCJ-02"), "nothing says that the background is shifted");
    expect(page.url().includes("background=3"), `the address does not remember the background: ${page.url()}`);
    await page.getByTestId("background").selectOption("0");
    asked.length = 0;
    await page.evaluate(() => window.planatlas.map.getView().setZoom(10));
    await page.waitForTimeout(300);
    expect(asked.length === 0, `without a background ${asked.length} tiles are asked for`);
    await page.unroute(/tiles\.example/);
    await page.route(/tiles\.example/, (route) => route.fulfill({ status: 503 }));
    await page.getByTestId("background").selectOption("1");
    await page.getByTestId("background-note").filter({ hasText: "未能读取" }).waitFor();
    expect((await page.locator('[data-testid="legend-entry"][data-state="loaded"]').count()) > 10, "with a failing background the layers are gone");
    const foreign = complaints.filter((c) => !c.includes("tiles.example") && !c.includes("503"));
    expect(foreign.length === 0, `the page complained: ${foreign.join("; ")}`);
    ok("a failing background is a sentence, the layers go on, and only configured hosts are asked");
  }),
);

async function load(file) {
  const { code } = await transform(await readFile(new URL(file, import.meta.url), "utf8"), { loader: "ts", format: "esm" });
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

/** The shift at Yangquan by the open formula, and its inverse. */
function formula(toGCJ, fromGCJ) {
  const [x, y] = toGCJ(113.5833, 37.8567);
  expect(Math.abs(x - 113.589698) < 2e-6 && Math.abs(y - 37.857201) < 2e-6, `GCJ-02 of 113.5833, 37.8567 is ${x}, ${y}`);
  for (let lon = 112.9; lon < 114.2; lon += 0.1) {
    for (let lat = 37.6; lat < 38.6; lat += 0.1) {
      const [u, v] = fromGCJ(...toGCJ(lon, lat));
      expect(Math.abs(u - lon) < 1e-11 && Math.abs(v - lat) < 1e-11, `from GCJ-02 and back moves ${lon}, ${lat} to ${u}, ${v}`);
    }
  }
  ok("the shift of GCJ-02 and its inverse, to a micrometre");
}

/** Chooses a background and looks at the borders between its columns. */
async function borders(page, value, name, toTile, columns) {
  await page.getByTestId("background").selectOption(value);
  await page.evaluate(() => new Promise((done) => {
    const { map } = window.planatlas;
    const view = map.getView();
    view.setCenter([12644000, 4561000]);
    view.setZoom(14);
    map.once("rendercomplete", done);
    map.render();
  }));
  const shot = (await page.screenshot()).toString("base64");
  const found = await page.evaluate(async (png) => {
    const image = new Image();
    image.src = `data:image/png;base64,${png}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    const ctx = canvas.getContext("2d");
    ctx.drawImage(image, 0, 0);
    const row = 303;
    const data = ctx.getImageData(0, row, image.width, 1).data;
    const kind = (x) => (data[4 * x] > 150 && data[4 * x + 2] < 120 ? "red" : data[4 * x + 2] > 150 && data[4 * x] < 120 ? "blue" : "");
    const out = [];
    for (let x = 470; x < 1190; x++) {
      if (kind(x) && kind(x + 1) && kind(x) !== kind(x + 1)) {
        const [mx, my] = window.planatlas.map.getCoordinateFromPixel([x + 1, row + 0.5]);
        const r = 6378137, deg = 180 / Math.PI;
        out.push([(mx / r) * deg, (2 * Math.atan(Math.exp(my / r)) - Math.PI / 2) * deg]);
      }
    }
    return out;
  }, shot);
  expect(found.length > 0, `no border between tiles of ${name} is seen`);
  let worst = 0;
  for (const at of found) {
    const [lon, lat] = toTile(...at);
    // Columns of zoom 13 to 15 all have borders where those of zoom 15 have them.
    const column = ((lon + 180) / 360) * columns(15);
    worst = Math.max(worst, (Math.abs(column - Math.round(column)) / columns(15)) * 40075016 * Math.cos((lat * Math.PI) / 180));
  }
  // A pixel is about 7.5 m here.
  expect(worst < 20, `a border of ${name} lies ${worst.toFixed(1)} m away from where it should`);
  ok(`${found.length} borders of the tiles of ${name} lie where they should, to ${worst.toFixed(1)} m`);
}

/** A picture of one colour, 256 by 256. */
function square([r, g, b]) {
  const line = Buffer.concat([Buffer.from([0]), ...Array.from({ length: 256 }, () => Buffer.from([r, g, b]))]);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const out = Buffer.alloc(8);
    out.writeUInt32BE(data.length, 0);
    out.writeUInt32BE(crc(body), 4);
    return Buffer.concat([out.subarray(0, 4), body, out.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(256, 0);
  head.writeUInt32BE(256, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", head),
    chunk("IDAT", deflateSync(Buffer.concat(Array(256).fill(line)))), chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc(data) {
  let c = ~0;
  for (const byte of data) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
}
