// How the page's own marks look: the selected feature, the site, the conflicts, the bands of uncertainty.
import type { FeatureLike } from "ol/Feature";
import { getCenter } from "ol/extent";
import { circular } from "ol/geom/Polygon";
import type Point from "ol/geom/Point";
import { getPointResolution, toLonLat } from "ol/proj";
import Circle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import { hatchPattern } from "./hatch";
import { fonts } from "./style";

const casing = (width: number) => new Style({ stroke: new Stroke({ color: "rgba(255, 255, 255, 0.9)", width }) });

export const selectionStyle: Style[] = [
  casing(7),
  new Style({
    stroke: new Stroke({ color: "#0b6e99", width: 3 }),
    fill: new Fill({ color: "rgba(11, 110, 153, 0.12)" }),
    image: new Circle({ radius: 10, stroke: new Stroke({ color: "#0b6e99", width: 3 }), fill: new Fill({ color: "rgba(11, 110, 153, 0.12)" }) }),
  }),
];

const siteShape: Style[] = [
  casing(6),
  new Style({
    stroke: new Stroke({ color: "#16202b", width: 3, lineDash: [10, 5] }),
    fill: new Fill({ color: "rgba(22, 32, 43, 0.06)" }),
  }),
];

/** The site; one of several alternatives has its letter and the colour of its verdict. */
export function siteStyle(feature: FeatureLike): Style[] {
  const label: unknown = feature.get("label");
  if (!label) return siteShape;
  const shade = color(feature.get("verdict"));
  return [
    casing(6),
    new Style({
      stroke: new Stroke({ color: shade, width: 3 }),
      fill: new Fill({ color: `${shade}1a` }),
      text: new Text({ text: String(label), font: `700 15px ${fonts}`, fill: new Fill({ color: "#ffffff" }), backgroundFill: new Fill({ color: shade }), padding: [2, 6, 2, 6], overflow: true }),
    }),
  ];
}

/** A boundary that is being drawn or changed, with its vertices. */
export const sketchStyle: Style[] = [
  new Style({ stroke: new Stroke({ color: "#ffffff", width: 5 }) }),
  new Style({
    stroke: new Stroke({ color: "#16202b", width: 2.5, lineDash: [8, 5] }),
    fill: new Fill({ color: "rgba(22, 32, 43, 0.10)" }),
    image: new Circle({ radius: 6, fill: new Fill({ color: "#16202b" }), stroke: new Stroke({ color: "#fff", width: 2 }) }),
  }),
];

/** Where a boundary is at fault. */
export const faultStyle = new Style({
  image: new Circle({ radius: 9, stroke: new Stroke({ color: "#b3131b", width: 3 }), fill: new Fill({ color: "rgba(179, 19, 27, 0.15)" }) }),
});

const bandColor = "rgba(107, 47, 160, 0.13)";

/**
 * The band in which a boundary may really lie: `accuracy_m` to each side of a line or an outline, around a point a disc. The
 * thin line is where the boundary is drawn.
 */
export function bandStyle(feature: FeatureLike, resolution: number): Style[] {
  const accuracy = Number(feature.get("accuracy_m"));
  const geometry = feature.getGeometry();
  if (!geometry || !(accuracy > 0)) return [];
  const line = new Style({ stroke: new Stroke({ color: "#6b2fa0", width: 1.5, lineDash: [3, 4] }) });
  if (geometry.getType() === "Point") {
    const disc = circular(toLonLat((geometry as Point).getCoordinates()), accuracy, 64).transform("EPSG:4326", "EPSG:3857");
    return [new Style({ geometry: disc, fill: new Fill({ color: bandColor }), stroke: line.getStroke()! })];
  }
  const metresPerPixel = getPointResolution("EPSG:3857", resolution, getCenter(geometry.getExtent()));
  return [new Style({ stroke: new Stroke({ color: bandColor, width: (2 * accuracy) / metresPerPixel, lineJoin: "round" }) }), line];
}

function color(verdict: unknown): string {
  switch (verdict) {
    case "prohibited":
      return "#b3131b";
    case "restricted":
      return "#b45309";
    case "advisory":
      return "#1d5c8f";
    default:
      return "#6b2fa0";
  }
}

const cache = new Map<string, Style[]>();

/**
 * A conflict is hatched in the colour of its verdict, so that it shows over any layer, and widely, so that labels show through.
 * The one that is looked at is drawn stronger and above the others.
 */
export function conflictStyle(feature: FeatureLike): Style[] {
  const shade = color(feature.get("verdict"));
  const chosen = feature.get("chosen") === true;
  const key = `${shade}${chosen}`;
  let styles = cache.get(key);
  if (!styles) {
    const zIndex = chosen ? 3 : shade === color("prohibited") ? 2 : 1;
    styles = [
      new Style({ zIndex, stroke: new Stroke({ color: "rgba(255, 255, 255, 0.9)", width: chosen ? 8 : 5 }) }),
      new Style({
        zIndex,
        stroke: new Stroke({ color: shade, width: chosen ? 4 : 2.5 }),
        fill: new Fill({ color: hatchPattern("diagonal", shade, devicePixelRatio, chosen ? 10 : 16) ?? `${shade}55` }),
        image: new Circle({ radius: chosen ? 9 : 6, fill: new Fill({ color: shade }), stroke: new Stroke({ color: "#fff", width: 2 }) }),
      }),
    ];
    cache.set(key, styles);
  }
  return styles;
}
