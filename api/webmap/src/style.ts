// From the style of a collection to OpenLayers styles and to the pictures of the legend.
import type { FeatureLike } from "ol/Feature";
import CircleGeometry from "ol/geom/Circle";
import type Geometry from "ol/geom/Geometry";
import type Point from "ol/geom/Point";
import { toLonLat } from "ol/proj";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style, { type StyleFunction } from "ol/style/Style";
import Text from "ol/style/Text";
import { lang } from "./i18n";
import type { Collection, LayerStyle, StyleClass } from "./model";
import { hatchPattern } from "./hatch";

export const fonts = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif';
export const fallbackStroke = "#5b5f63";
const paper = "#fffdf8";
const halo = new Stroke({ color: "rgba(250, 247, 239, 0.92)", width: 3 });
// Just above nothing, so that a click inside an outline or between hatch lines still finds the polygon.
export const unseen = "rgba(255, 255, 255, 0.01)";

/** A point known less well than this is hollow. */
const rough = 2000;
/** One known less well than this stands for a region: it is a circle, and no dot. */
const region = 10_000;
/** And from here on it is a region outside of the city, whose circle is worth a look even where it is large. */
const wide = 50_000;

/** How sure the place of a feature is. */
export type Certainty = "sure" | "rough" | "region";

export function certaintyOf(accuracy: unknown): Certainty {
  if (typeof accuracy !== "number" || accuracy > region) return "region";
  return accuracy > rough ? "rough" : "sure";
}

/** The style function of a layer. Labels follow the language when the label is `name_zh`. */
export function styleOf(collection: Collection): StyleFunction {
  const s = collection.style ?? {};
  const shapes = new Map<string, Style[]>();
  return (feature, resolution) => {
    const c = classOf(s, feature);
    const type = feature.getGeometry()?.getType() ?? "";
    const point = type.endsWith("Point");
    const sure = point ? certaintyOf(feature.get("accuracy_m")) : "sure";
    const planned = isPlanned(feature.get("status"));
    const key = `${(s.classes ?? []).indexOf(c as StyleClass)}|${type}|${sure}|${planned}`;
    let shape = shapes.get(key);
    if (!shape) {
      shape = shapeStyles({ ...s, ...c }, type, sure, planned);
      shapes.set(key, shape);
    }
    const text = labelOf(feature, s.label);
    const label = text ? [new Style({ text: labelStyle(type, text, c?.stroke ?? s.stroke ?? fallbackStroke, sure, c), zIndex: c?.text ?? 0 })] : [];
    const reach = sure === "region" && point ? circleOfAccuracy(feature, s, c, resolution) : [];
    return [...reach, ...shape, ...label];
  };
}

/** The first class of the style that fits the feature. */
function classOf(s: LayerStyle, feature: FeatureLike): StyleClass | undefined {
  return s.classes?.find((c) => c.values.includes(String(feature.get(c.property))));
}

function isPlanned(status: unknown): boolean {
  return status === "planned" || status === "preliminary";
}

export function shapeStyles(s: LayerStyle & { casing?: string }, type: string, sure: Certainty, planned: boolean): Style[] {
  const color = s.stroke ?? fallbackStroke;
  const width = s.width ?? 1.5;
  if (type.endsWith("Point")) return [pointStyle(s, color, width, sure, planned)];
  if (type.endsWith("LineString")) return lineStyles(s, color, width, planned);
  const stroke = new Stroke({ color, width, ...(s.dash ? { lineDash: s.dash } : {}) });
  const shape = new Style({ stroke, fill: new Fill({ color: s.fill ?? unseen }) });
  const pattern = s.hatch ? hatchPattern(s.hatch, color, devicePixelRatio) : null;
  return pattern ? [shape, new Style({ fill: new Fill({ color: pattern }) })] : [shape];
}

function pointStyle(s: LayerStyle, color: string, width: number, sure: Certainty, planned: boolean): Style {
  const fill = opaque(s.fill) ?? color;
  const dashed = sure === "region" || planned;
  return new Style({
    image: new CircleStyle({
      radius: sure === "region" ? 5 : 3.6 + width / 2,
      fill: new Fill({ color: sure === "sure" ? fill : sure === "rough" ? paper : unseen }),
      stroke: new Stroke({ color: sure === "sure" && s.fill === undefined ? "#ffffff" : color, width: sure === "sure" ? 1.4 : 2, ...(dashed ? { lineDash: [2.5, 2] } : {}) }),
      declutterMode: "none",
    }),
  });
}

/** A line with a casing is drawn twice; one that is only planned is dashed. */
function lineStyles(s: LayerStyle & { casing?: string }, color: string, width: number, planned: boolean): Style[] {
  const broken = planned ? [9, 6] : s.dash;
  if (!s.casing) return [new Style({ stroke: new Stroke({ color, width, ...(broken ? { lineDash: broken } : {}) }) })];
  const below = new Style({ stroke: new Stroke({ color: s.casing, width: width + 2, lineCap: "butt", ...(planned ? { lineDash: [9, 6] } : {}) }) });
  if (planned) return [below];
  return [below, new Style({ stroke: new Stroke({ color, width, lineCap: "butt", ...(s.dash ? { lineDash: s.dash } : {}) }) })];
}

/** The circle within which a place lies that is known roughly, in metres on the ground; none when it would fill the view. */
function circleOfAccuracy(feature: FeatureLike, s: LayerStyle, c: StyleClass | undefined, resolution: number): Style[] {
  const accuracy = Number(feature.get("accuracy_m"));
  const at = reachOf(feature.getGeometry() as Geometry, accuracy);
  if (!at || at.getRadius() / resolution > (accuracy >= wide ? 1200 : 150)) return [];
  return [new Style({ geometry: at, stroke: new Stroke({ color: `${(c?.stroke ?? s.stroke ?? fallbackStroke).slice(0, 7)}5c`, width: 1.1, lineDash: [3, 5] }) })];
}

/** The circle of the positional accuracy around a point, in the map's projection. */
export function reachOf(geometry: Geometry | undefined | null, accuracy: unknown): CircleGeometry | undefined {
  if (geometry?.getType() !== "Point" || typeof accuracy !== "number") return undefined;
  const center = (geometry as Point).getCoordinates();
  const lat = toLonLat(center)[1] ?? 0;
  return new CircleGeometry(center, accuracy / Math.cos((lat * Math.PI) / 180));
}

/** #rrggbbaa without its transparency: points stay legible. */
export function opaque(color: string | undefined): string | undefined {
  return color && /^#[0-9a-f]{8}$/i.test(color) ? color.slice(0, 7) : color;
}

function labelOf(feature: FeatureLike, field: string | undefined): string {
  if (!field) return "";
  const other = field === "name_zh" && lang() === "en" ? feature.get("name_en") : undefined;
  const value: unknown = other || feature.get(field);
  return value === null || value === undefined ? "" : String(value);
}

function labelStyle(type: string, text: string, color: string, sure: Certainty, c: StyleClass | undefined): Text {
  const line = type.endsWith("LineString");
  const point = type.endsWith("Point");
  const size = c?.text ?? (point ? 12 : 13);
  return new Text({
    text: sure === "region" && point ? `≈ ${text}` : text,
    font: `${size > 13 ? 700 : 500} ${size}px ${fonts}`,
    fill: new Fill({ color: darker(color) }),
    stroke: halo,
    placement: line ? "line" : "point",
    overflow: !line,
    padding: [2, 4, 2, 4],
    ...(point ? { offsetY: -6 - size / 2 } : {}),
  });
}

/** The stroke colour, darkened until it can be read as small text on paper. */
function darker(hex: string): string {
  const m = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(hex);
  if (!m) return "#2b2b2b";
  const rgb = m.slice(1, 4).map((p) => parseInt(p, 16));
  const luminance = (0.2126 * rgb[0]! + 0.7152 * rgb[1]! + 0.0722 * rgb[2]!) / 255;
  const factor = Math.min(1, 0.26 / Math.max(luminance, 0.01));
  return `rgb(${rgb.map((v) => Math.round(v * factor)).join(", ")})`;
}
