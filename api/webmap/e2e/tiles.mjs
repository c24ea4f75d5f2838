// OpenLayers on the vector tiles of a running service: node e2e/tiles.mjs BASE_URL LON,LAT
// Draws the tiles that the TileJSON names, and prints the layers and the ids of the features that it found in them.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, main, ok, withPage } from "./browser.mjs";

const ol = join(dirname(createRequire(import.meta.url).resolve("ol/package.json")), "dist", "ol.js");

await main((base, place) =>
  withPage(base, async (page, complaints) => {
    await page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
    await page.goto(new URL("?f=html", base).href); // any page of the service's origin
    await page.addScriptTag({ path: ol });
    const listed = await (await page.request.get(new URL("collections", base).href)).json();
    const names = listed.collections.filter((c) => c.geometryType).map((c) => c.id);
    const tilejson = await (await page.request.get(new URL(`tiles/${names.join(",")}.json`, base).href)).json();
    const seen = await page.evaluate(draw, { tilejson, center: place.split(",").map(Number) });
    expect(seen.failed === 0, `${seen.failed} tiles were not loaded`);
    expect(seen.colours > 20, `the map is blank: ${seen.colours} colours`);
    expect(complaints.length === 0, `the page complained: ${complaints.join("; ")}`);
    ok(`OpenLayers drew ${seen.tiles} tiles`);
    console.log(JSON.stringify(seen.features));
  }),
);

/** Draws the tiles in the page and collects the ids of their features by layer. */
function draw({ tilejson, center }) {
  const { Map, View, layer, source, format, proj, style } = globalThis.ol;
  const target = document.createElement("div");
  target.style.cssText = "position: fixed; inset: 0; background: white; z-index: 9";
  document.body.append(target);
  const tiles = new source.VectorTile({ format: new format.MVT(), url: tilejson.tiles[0], maxZoom: tilejson.maxzoom, tileSize: 256 });
  const found = { features: {}, tiles: 0, failed: 0, colours: 0 };
  tiles.on("tileloaderror", () => (found.failed += 1));
  tiles.on("tileloadend", ({ tile }) => {
    found.tiles += 1;
    for (const f of tile.getFeatures()) {
      const of = (found.features[f.get("layer")] ??= []);
      if (!of.includes(f.get("id"))) of.push(f.get("id"));
    }
  });
  const shown = new style.Style({ fill: new style.Fill({ color: "rgba(200, 60, 20, 0.2)" }), stroke: new style.Stroke({ color: "#226699", width: 1 }), image: new style.Circle({ radius: 4, fill: new style.Fill({ color: "#cc2200" }) }) });
  const map = new Map({ target, layers: [new layer.VectorTile({ source: tiles, style: shown })], view: new View({ center: proj.fromLonLat(center), zoom: 11 }) });
  return new Promise((resolve) =>
    map.on("rendercomplete", () => {
      if (found.tiles + found.failed === 0) return; // nothing is asked for in the first frame
      const colours = new Set();
      for (const canvas of target.querySelectorAll("canvas")) {
        if (canvas.width === 0 || canvas.height === 0) continue;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 40) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      }
      resolve({ ...found, colours: colours.size });
    }),
  );
}
