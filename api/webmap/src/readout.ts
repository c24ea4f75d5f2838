// Beside the map: the way back to the city, the coordinates under the cursor, the number of the map's approval.
import Control from "ol/control/Control";
import type OLMap from "ol/Map";
import { toLonLat } from "ol/proj";
import { config } from "./config";
import { el } from "./dom";
import { meridianOf, toGauss } from "./gauss";
import { onLang, t } from "./i18n";

const zone = 38;

/** Adds the controls; home leads back to the city. */
export function addReadout(map: OLMap, home: () => void): void {
  const button = el("button", { type: "button", "data-testid": "home", onclick: home }, "⌂");
  const box = el("div", { class: "ol-home ol-unselectable ol-control" }, button);
  map.addControl(new Control({ element: box }));

  const line = el("div", { class: "readout", "data-testid": "readout", role: "note" });
  map.addControl(new Control({ element: line }));
  let last: number[] | undefined;
  const write = () => {
    const approval = config().approval;
    const parts: Node[] = [];
    if (approval) parts.push(el("span", { class: "approval", "data-testid": "approval" }, t("approval", { no: approval })));
    if (last) {
      const [lon, lat] = toLonLat(last) as [number, number];
      const { north, east } = toGauss(lon, lat, meridianOf(zone));
      parts.push(
        el("span", { "data-testid": "lonlat", title: "EPSG:4490" }, t("lonLat", { lon: lon.toFixed(6), lat: lat.toFixed(6) })),
        el("span", { "data-testid": "zone38", title: t("zone38Title") }, t("zone38", { x: north.toFixed(1), y: (zone * 1_000_000 + east).toFixed(1) })),
      );
    }
    line.replaceChildren(...parts);
    line.hidden = parts.length === 0;
  };
  const words = () => {
    button.title = t("home");
    button.setAttribute("aria-label", t("home"));
    write();
  };
  words();
  onLang(words);
  map.on("pointermove", (event) => {
    last = event.coordinate;
    write();
  });
}
