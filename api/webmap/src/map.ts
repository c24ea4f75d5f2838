// The map itself: view, paper, graticule, controls, and the overlays that other parts draw on.
import type { Geometry as GeoGeometry } from "geojson";
import ScaleLine from "ol/control/ScaleLine";
import Zoom from "ol/control/Zoom";
import { buffer, createEmpty, extend, isEmpty, type Extent } from "ol/extent";
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import type Geometry from "ol/geom/Geometry";
import KeyboardPan from "ol/interaction/KeyboardPan";
import KeyboardZoom from "ol/interaction/KeyboardZoom";
import { defaults as interactions } from "ol/interaction/defaults";
import Graticule from "ol/layer/Graticule";
import VectorLayer from "ol/layer/Vector";
import OLMap from "ol/Map";
import { transformExtent } from "ol/proj";
import VectorSource from "ol/source/Vector";
import type { StyleLike } from "ol/style/Style";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Text from "ol/style/Text";
import View from "ol/View";
import { byId } from "./dom";
import { onLang, t } from "./i18n";

/** Yangquan, with a margin: west, south, east, north in degrees. */
export const home = transformExtent([113.0, 37.65, 114.15, 38.55], "EPSG:4326", "EPSG:3857");
const format = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });

/** Makes the map in #map, showing Yangquan beside the panel. */
export function createMap(): OLMap {
  const target = byId("map");
  const map = new OLMap({
    target,
    controls: [new ScaleLine({ minWidth: 90 })],
    // Keys move the map at once: a corner is set where the map stands, and must not be set on the way.
    interactions: interactions({ altShiftDragRotate: false, pinchRotate: false, keyboard: false }).extend([new KeyboardPan({ duration: 0 }), new KeyboardZoom({ duration: 0 })]),
    layers: [graticule()],
    view: new View({
      extent: buffer(home, 60000),
      constrainOnlyCenter: true,
      minZoom: 7,
      maxZoom: 20,
      enableRotation: false,
    }),
  });
  labelControls(map, target);
  fitPadding(map);
  showHome(map);
  window.addEventListener("resize", () => fitPadding(map));
  return map;
}

/** Shows the city: its outline when that is known, else where it is. */
export function showHome(map: OLMap, extent: Extent = home): void {
  map.getView().fit(extent);
}

/** Keeps the middle of the view beside the panel (above it on a phone). */
export function fitPadding(map: OLMap): void {
  const panel = byId("panel").getBoundingClientRect();
  const phone = panel.width >= window.innerWidth - 1;
  map.getView().padding = phone ? [12, 12, window.innerHeight - panel.top + 12, 12] : [16, 16, 16, panel.right + 16];
}

/** Zooms to an extent without going closer than a plot of land. */
export function zoomTo(map: OLMap, extent: Extent | undefined, maxZoom = 15.5): void {
  if (!extent || isEmpty(extent)) return;
  map.getView().fit(extent, { maxZoom, padding: [40, 40, 40, 40], duration: calm() ? 0 : 250 });
}

function calm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** A layer above all others for one purpose: the selection, the site, the conflicts. */
export class Overlay {
  readonly source = new VectorSource();

  constructor(map: OLMap, zIndex: number, style: StyleLike) {
    map.addLayer(new VectorLayer({ source: this.source, zIndex, style, properties: { overlay: true } }));
  }

  /** Shows these geometries (longitude, latitude) and nothing else; returns their extent. */
  show(shapes: { geometry: GeoGeometry | null | undefined; properties?: Record<string, unknown> }[]): Extent {
    this.source.clear(true);
    const extent = createEmpty();
    for (const { geometry, properties } of shapes) {
      const feature = featureOf(geometry);
      if (!feature) continue;
      feature.setProperties(properties ?? {}, true);
      this.source.addFeature(feature);
      extend(extent, feature.getGeometry()!.getExtent());
    }
    this.source.changed();
    return extent;
  }

  /** Shows one geometry that is in the map's projection already, or nothing. */
  mark(geometry: Geometry | undefined): void {
    this.source.clear(true);
    if (geometry) this.source.addFeature(new Feature(geometry));
    this.source.changed();
  }

  clear(): void {
    this.source.clear();
  }
}

/** The extent of one geometry (longitude, latitude), in the map's projection. */
export function extentOf(geometry: GeoGeometry | null | undefined): Extent | undefined {
  return featureOf(geometry)?.getGeometry()?.getExtent();
}

function featureOf(geometry: GeoGeometry | null | undefined): Feature | undefined {
  if (!geometry?.type) return undefined;
  const geom = format.readGeometry(geometry);
  return !geom || isEmpty(geom.getExtent()) ? undefined : new Feature(geom);
}

function graticule(): Graticule {
  const label = (side: "bottom" | "end") =>
    new Text({
      font: "11px sans-serif",
      fill: new Fill({ color: "#8a8371" }),
      stroke: new Stroke({ color: "#faf7ef", width: 3 }),
      ...(side === "bottom" ? { textBaseline: "bottom" as const } : { textAlign: "end" as const }),
    });
  const degrees = (v: number, letter: string) => `${Number(v.toFixed(3))}°${letter}`;
  return new Graticule({
    strokeStyle: new Stroke({ color: "rgba(120, 108, 80, 0.20)", width: 1 }),
    showLabels: true,
    wrapX: false,
    targetSize: 140,
    intervals: [1, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005],
    lonLabelFormatter: (v) => degrees(v, "E"),
    latLabelFormatter: (v) => degrees(v, "N"),
    lonLabelPosition: 0,
    latLabelPosition: 0.94, // left of the buttons
    lonLabelStyle: label("bottom"),
    latLabelStyle: label("end"),
    zIndex: -1,
    properties: { overlay: true },
  });
}

/** The buttons and the map's own label in the language of the page. */
function labelControls(map: OLMap, target: HTMLElement): void {
  let zoom: Zoom | undefined;
  const make = () => {
    if (zoom) map.removeControl(zoom);
    zoom = new Zoom({ zoomInTipLabel: t("zoomIn"), zoomOutTipLabel: t("zoomOut") });
    map.addControl(zoom);
    target.setAttribute("aria-label", t("mapLabel"));
  };
  make();
  onLang(make);
}
