// How the page's own marks look: the selected feature, the site, the conflicts.
import type { FeatureLike } from "ol/Feature";
import Circle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import { hatchPattern } from "./style";

const casing = (width: number) => new Style({ stroke: new Stroke({ color: "rgba(255, 255, 255, 0.9)", width }) });

export const selectionStyle: Style[] = [
  casing(7),
  new Style({
    stroke: new Stroke({ color: "#0b6e99", width: 3 }),
    fill: new Fill({ color: "rgba(11, 110, 153, 0.12)" }),
    image: new Circle({ radius: 10, stroke: new Stroke({ color: "#0b6e99", width: 3 }), fill: new Fill({ color: "rgba(11, 110, 153, 0.12)" }) }),
  }),
];

export const siteStyle: Style[] = [
  casing(6),
  new Style({
    stroke: new Stroke({ color: "#16202b", width: 3, lineDash: [10, 5] }),
    fill: new Fill({ color: "rgba(22, 32, 43, 0.06)" }),
  }),
];

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

/** A conflict is hatched in the colour of its verdict, so that it shows over any layer, and widely, so that labels show through. */
export function conflictStyle(feature: FeatureLike): Style[] {
  const key = color(feature.get("verdict"));
  let styles = cache.get(key);
  if (!styles) {
    styles = [
      casing(5),
      new Style({
        zIndex: key === color("prohibited") ? 2 : 1,
        stroke: new Stroke({ color: key, width: 2.5 }),
        fill: new Fill({ color: hatchPattern("diagonal", key, devicePixelRatio, 16) ?? `${key}55` }),
        image: new Circle({ radius: 6, fill: new Fill({ color: key }), stroke: new Stroke({ color: "#fff", width: 2 }) }),
      }),
    ];
    cache.set(key, styles);
  }
  return styles;
}
