// Background maps that the operator has configured. None is there, and nothing is asked, without.
import Attribution from "ol/control/Attribution";
import TileLayer from "ol/layer/Tile";
import type OLMap from "ol/Map";
import { addCoordinateTransforms, addProjection, get, Projection } from "ol/proj";
import { fromEPSG4326, toEPSG4326 } from "ol/proj/epsg3857";
import XYZ from "ol/source/XYZ";
import { config, type Background } from "./config";
import { el } from "./dom";
import { onLang, pick, t } from "./i18n";
import { fromGCJ, toGCJ } from "./gcj";
import { hashValue, setHashValue } from "./hash";

/** Web Mercator over GCJ-02, and degrees on CGCS2000, which is WGS 84 to a decimetre. */
function registerProjections(): void {
  const mercator = get("EPSG:3857")!;
  const shifted = new Projection({ code: "GCJ02", units: "m", extent: mercator.getExtent(), global: true, worldExtent: [-180, -85, 180, 85] });
  const each = (move: (lon: number, lat: number) => [number, number]) => (at: number[]) => {
    const [lon, lat] = toEPSG4326([at[0]!, at[1]!]);
    return fromEPSG4326(move(lon!, lat!));
  };
  addCoordinateTransforms(mercator, shifted, each(toGCJ), each(fromGCJ));
  const degrees = new Projection({ code: "EPSG:4490", units: "degrees", extent: [-180, -90, 180, 90], global: true, axisOrientation: "enu" });
  addCoordinateTransforms(mercator, degrees, (at) => toEPSG4326(at), (at) => fromEPSG4326(at));
  addProjection(shifted);
  addProjection(degrees);
}

/** The switch for the backgrounds, or nothing when there are none. */
export function backgrounds(map: OLMap): HTMLElement | undefined {
  const offered = config().backgrounds ?? [];
  if (offered.length === 0) return undefined;
  registerProjections();
  map.addControl(new Attribution({ collapsible: false }));
  let shown: TileLayer<XYZ>[] = [];
  let current = Number(hashValue("background") ?? 1);
  const note = el("p", { class: "note", "data-testid": "background-note" });
  const select = el("select", { "data-testid": "background", onchange: () => show(Number(select.value)) });
  const label = el("label", { class: "inline" });
  const box = el("div", { class: "background" }, label, note);

  const show = (n: number) => {
    current = n;
    setHashValue("background", n === 1 ? null : String(n));
    for (const layer of shown) map.removeLayer(layer);
    const chosen = offered[n - 1];
    shown = chosen ? chosen.tiles.map((url) => tiles(chosen, url, () => (note.textContent = t("backgroundFailed", { name: pick(chosen.title) })))) : [];
    for (const layer of shown) map.addLayer(layer);
    document.body.classList.toggle("with-background", shown.length > 0);
    words();
  };
  const words = () => {
    select.replaceChildren(el("option", { value: 0 }, t("backgroundNone")), ...offered.map((b, i) => el("option", { value: i + 1 }, pick(b.title) || String(i + 1))));
    select.value = String(current);
    label.replaceChildren(el("span", {}, t("background")), select);
    const chosen = offered[current - 1];
    note.textContent = [chosen?.crs === "GCJ02" ? t("backgroundShifted") : "", chosen?.attribution ?? ""].filter(Boolean).join(" ");
  };
  show(current);
  onLang(words);
  return box;
}

function tiles(b: Background, url: string, failed: () => void): TileLayer<XYZ> {
  const source = new XYZ({ url, projection: b.crs, minZoom: b.minZoom ?? 0, maxZoom: b.maxZoom ?? 18, wrapX: false, ...(b.attribution ? { attributions: b.attribution } : {}) });
  source.on("tileloaderror", failed);
  return new TileLayer({ source, zIndex: -10, properties: { overlay: true, foreign: true } });
}
