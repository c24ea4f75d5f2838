// From the style of a collection to OpenLayers styles and to the swatch of the legend.
import type { FeatureLike } from "ol/Feature";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style, { type StyleFunction } from "ol/style/Style";
import Text from "ol/style/Text";
import { lang } from "./i18n";
import type { Collection, LayerStyle } from "./model";

export const fonts = '"Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", sans-serif';
const fallbackStroke = "#5b5f63";
const halo = new Stroke({ color: "rgba(250, 247, 239, 0.92)", width: 3 });
// Just above nothing, so that a click inside an outline or between hatch lines still finds the polygon.
const unseen = "rgba(255, 255, 255, 0.01)";

/** The style function of a layer. Labels follow the language when the label is `name_zh`. */
export function styleOf(collection: Collection): StyleFunction {
  const s = collection.style ?? {};
  const shape = shapeStyles(s);
  return (feature) => {
    const text = labelOf(feature, s.label);
    return text ? [...shape, new Style({ text: labelStyle(feature, text, s.stroke ?? fallbackStroke) })] : shape;
  };
}

function shapeStyles(s: LayerStyle): Style[] {
  const color = s.stroke ?? fallbackStroke;
  const width = s.width ?? 1.5;
  const shape = new Style({
    stroke: new Stroke({ color, width, ...(s.dash ? { lineDash: s.dash } : {}) }),
    fill: new Fill({ color: s.fill ?? unseen }),
    image: new CircleStyle({
      radius: 4 + width / 2,
      fill: new Fill({ color: opaque(s.fill) ?? color }),
      stroke: new Stroke({ color: s.fill ? color : "#ffffff", width: 1.5 }),
      declutterMode: "none",
    }),
  });
  const pattern = s.hatch ? hatchPattern(s.hatch, color, devicePixelRatio) : null;
  return pattern ? [shape, new Style({ fill: new Fill({ color: pattern }) })] : [shape];
}

/** #rrggbbaa without its transparency: points stay legible. */
function opaque(color: string | undefined): string | undefined {
  return color && /^#[0-9a-f]{8}$/i.test(color) ? color.slice(0, 7) : color;
}

function labelOf(feature: FeatureLike, field: string | undefined): string {
  if (!field) return "";
  const other = field === "name_zh" && lang() === "en" ? feature.get("name_en") : undefined;
  const value: unknown = other || feature.get(field);
  return value === null || value === undefined ? "" : String(value);
}

function labelStyle(feature: FeatureLike, text: string, color: string): Text {
  const type = feature.getGeometry()?.getType() ?? "Point";
  const line = type.endsWith("LineString");
  const point = type.endsWith("Point");
  return new Text({
    text,
    font: `500 ${point ? 12 : 13}px ${fonts}`,
    fill: new Fill({ color: darker(color) }),
    stroke: halo,
    placement: line ? "line" : "point",
    overflow: !line,
    padding: [2, 4, 2, 4],
    ...(point ? { offsetY: -13 } : {}),
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

/** A repeating hatch with a line every `step` pixels, drawn once per layer; null for a kind that the page does not know. */
export function hatchPattern(kind: string, color: string, ratio: number, step = 8): CanvasPattern | null {
  if (kind !== "diagonal" && kind !== "cross") return null;
  const size = Math.max(step, Math.round(step * ratio));
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const ctx = tile.getContext("2d");
  if (!ctx) return null;
  ctx.strokeStyle = color;
  ctx.globalAlpha = 0.75;
  ctx.lineWidth = ratio;
  const rising = () => {
    for (const shift of [-size, 0, size]) {
      ctx.moveTo(shift, size);
      ctx.lineTo(shift + size, 0);
    }
  };
  const falling = () => {
    for (const shift of [-size, 0, size]) {
      ctx.moveTo(shift, 0);
      ctx.lineTo(shift + size, size);
    }
  };
  ctx.beginPath();
  rising();
  if (kind === "cross") falling();
  ctx.stroke();
  return ctx.createPattern(tile, "repeat");
}

/** A small picture of the layer's style for the legend. */
export function swatch(collection: Collection): HTMLCanvasElement {
  const [w, h, ratio] = [34, 20, Math.max(2, devicePixelRatio)];
  const canvas = document.createElement("canvas");
  canvas.width = w * ratio;
  canvas.height = h * ratio;
  canvas.className = "swatch";
  canvas.setAttribute("aria-hidden", "true");
  const ctx = canvas.getContext("2d");
  if (!ctx) return canvas;
  const s = collection.style ?? {};
  ctx.strokeStyle = s.stroke ?? fallbackStroke;
  ctx.lineWidth = (s.width ?? 1.5) * ratio;
  ctx.setLineDash((s.dash ?? []).map((d) => d * ratio * 0.7));
  ctx.beginPath();
  const kind = collection.geometryType ?? "";
  if (kind.endsWith("LineString")) {
    ctx.moveTo(2 * ratio, (h - 6) * ratio);
    ctx.bezierCurveTo(12 * ratio, 2 * ratio, 22 * ratio, (h - 1) * ratio, (w - 2) * ratio, 6 * ratio);
  } else if (kind.endsWith("Point")) {
    ctx.setLineDash([]);
    ctx.arc((w / 2) * ratio, (h / 2) * ratio, 5.5 * ratio, 0, 2 * Math.PI);
    ctx.lineWidth = 1.5 * ratio;
    ctx.fillStyle = opaque(s.fill) ?? s.stroke ?? fallbackStroke;
    ctx.fill();
  } else {
    ctx.rect(2 * ratio, 2 * ratio, (w - 4) * ratio, (h - 4) * ratio);
    ctx.fillStyle = s.fill ?? unseen;
    ctx.fill();
    const pattern = s.hatch ? hatchPattern(s.hatch, s.stroke ?? fallbackStroke, ratio) : null;
    if (pattern) {
      ctx.fillStyle = pattern;
      ctx.fill();
    }
  }
  ctx.stroke();
  return canvas;
}
