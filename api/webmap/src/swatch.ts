// Small pictures of a style for the legend, drawn with the same styles as the map.
import LineString from "ol/geom/LineString";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import { toContext } from "ol/render";
import type { Collection, LayerStyle, StyleClass } from "./model";
import { shapeStyles, type Certainty } from "./style";

const [width, height] = [34, 20];

/** The picture of a layer, or of one of its classes. A class of points that is dashed stands for regions. */
export function swatch(collection: Collection, c?: StyleClass): HTMLCanvasElement {
  const style = { ...(collection.style ?? {}), ...c };
  const geometry = collection.geometryType ?? "";
  // A layer of mixed geometries shows an area, and its classes without a fill show lines.
  const type = geometry !== "Geometry" ? geometry : c && !c.fill ? "LineString" : "Polygon";
  return picture(style, type, c?.dash ? "region" : "sure", false);
}

/** The picture of a sign that says how sure a place is, or that something is only planned. */
export function sign(type: "Point" | "LineString", sure: Certainty, planned: boolean): HTMLCanvasElement {
  return picture({ stroke: "#444444", fill: "#444444", width: 2 }, type, sure, planned);
}

function picture(style: LayerStyle, type: string, sure: Certainty, planned: boolean): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.className = "swatch";
  canvas.setAttribute("aria-hidden", "true");
  const ctx = canvas.getContext("2d");
  if (!ctx) return canvas;
  const ratio = Math.max(2, devicePixelRatio);
  const vector = toContext(ctx, { size: [width, height], pixelRatio: ratio });
  const shape = type.endsWith("Point")
    ? new Point([width / 2, height / 2])
    : type.endsWith("LineString")
      ? new LineString([[1, 13], [11, 8], [22, 12], [33, 7]])
      : new Polygon([[[2, 2], [width - 2, 2], [width - 2, height - 2], [2, height - 2], [2, 2]]]);
  for (const one of shapeStyles(style, type, sure, planned)) {
    vector.setStyle(one);
    vector.drawGeometry(shape);
  }
  return canvas;
}
