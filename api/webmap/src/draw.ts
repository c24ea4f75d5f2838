// Drawing a site on the map: one polygon, snapping to what is there, by mouse, finger, keyboard or typed coordinates.
import GeoJSON from "ol/format/GeoJSON";
import type Polygon from "ol/geom/Polygon";
import type { Coordinate } from "ol/coordinate";
import { never } from "ol/events/condition";
import { containsCoordinate } from "ol/extent";
import Draw, { type DrawEvent } from "ol/interaction/Draw";
import Snap from "ol/interaction/Snap";
import type OLMap from "ol/Map";
import { fromLonLat } from "ol/proj";
import { byId } from "./dom";
import type { BarContent, DrawBar } from "./drawbar";
import { t } from "./i18n";
import type { AtlasLayer } from "./layers";
import type { Shape } from "./model";
import { sketchStyle } from "./overlays";

const format = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });

export interface DrawingActions {
  done(polygon: Shape): void;
  cancelled(): void;
}

/** GeoJSON of a drawn or changed geometry: 9 decimals of a degree are a tenth of a millimetre. */
export function shapeOf(geometry: Parameters<typeof format.writeGeometryObject>[0]): Shape {
  return format.writeGeometryObject(geometry, { rightHanded: true, decimals: 9 }) as Shape;
}

/** The interactions that make the pointer snap to the visible layers. */
export function snapsTo(layers: AtlasLayer[]): Snap[] {
  return layers
    .filter((l) => l.state === "loaded" && l.layer.getVisible())
    .map((l) => new Snap({ source: l.source, pixelTolerance: 8 }));
}

/** One drawing at a time. */
export class Drawing {
  private draw: Draw | undefined;
  private snaps: Snap[] = [];
  /** Points taken back, the last one on top; a new point empties it. */
  private undone: Coordinate[] = [];
  private points = 0;
  private readonly content: BarContent = {
    hint: "drawHint",
    typed: (positions) => this.append(positions.map((p) => fromLonLat(p))),
    buttons: [
      { label: "finish", testid: "draw-finish", primary: true, action: () => this.finish() },
      { label: "undo", testid: "draw-undo", enabled: () => this.points > 0, action: () => this.undo() },
      { label: "redo", testid: "draw-redo", enabled: () => this.undone.length > 0, action: () => this.redo() },
      { label: "cancel", testid: "draw-cancel", action: () => this.cancel() },
    ],
  };

  constructor(
    private readonly map: OLMap,
    private readonly bar: DrawBar,
    private readonly actions: DrawingActions,
  ) {
    document.addEventListener("keydown", (event) => this.key(event));
  }

  get active(): boolean {
    return this.draw !== undefined;
  }

  start(layers: AtlasLayer[]): void {
    this.stop();
    const draw = new Draw({ type: "Polygon", style: sketchStyle, freehandCondition: never, stopClick: true });
    this.draw = draw;
    this.undone = [];
    this.points = 0;
    draw.on("drawstart", ({ feature }) => {
      feature.getGeometry()?.on("change", () => this.changed());
      this.changed();
    });
    draw.on("drawend", (event) => this.finished(event));
    draw.on("drawabort", () => this.changed());
    this.map.addInteraction(draw);
    // Snapping must be added after drawing, so that it moves the point first.
    this.snaps = snapsTo(layers);
    for (const snap of this.snaps) this.map.addInteraction(snap);
    this.bar.open(this.content);
    this.bar.measure(undefined, 0);
    byId("map").focus({ preventScroll: true });
  }

  cancel(): void {
    if (!this.active) return;
    this.stop();
    this.actions.cancelled();
  }

  private stop(): void {
    if (!this.draw) return;
    for (const snap of this.snaps) this.map.removeInteraction(snap);
    const draw = this.draw;
    this.draw = undefined;
    this.map.removeInteraction(draw);
    this.snaps = [];
    this.bar.close();
  }

  private finished(event: DrawEvent): void {
    const geojson = shapeOf(event.feature.getGeometry()!);
    // OpenLayers is still inside its own event: leave it first.
    setTimeout(() => {
      this.stop();
      this.actions.done(geojson);
    });
  }

  private finish(): void {
    if (this.points < 3) this.bar.say(t("tooFew"));
    else this.draw?.finishDrawing();
  }

  private undo(): void {
    const last = this.set().at(-1);
    if (!last) return;
    this.undone.push(last);
    const kept = this.undone;
    if (this.points === 1) this.draw?.abortDrawing();
    else this.draw?.removeLastPoint();
    this.undone = kept;
    this.changed();
  }

  private redo(): void {
    const next = this.undone.at(-1);
    if (!next) return;
    const rest = this.undone.slice(0, -1);
    this.append([next]);
    this.undone = rest;
    this.bar.refresh();
  }

  private append(positions: Coordinate[]): void {
    this.draw?.appendCoordinates(positions);
    this.changed();
    const last = positions.at(-1)!;
    if (!containsCoordinate(this.map.getView().calculateExtent(), last)) this.map.getView().setCenter(last);
  }

  /** The points set so far; the sketch's ring holds besides them the moving and the closing point. */
  private set(): Coordinate[] {
    const ring = this.sketch()?.getCoordinates()[0] ?? [];
    return ring.slice(0, Math.max(0, ring.length - 2));
  }

  private sketch(): Polygon | undefined {
    const features = this.draw?.getOverlay().getSource()?.getFeatures() ?? [];
    return features.find((f) => f.getGeometry()?.getType() === "Polygon")?.getGeometry() as Polygon | undefined;
  }

  private changed(): void {
    if (!this.active) return;
    const points = this.set().length;
    if (points > this.points) this.undone = [];
    this.points = points;
    this.bar.measure(this.sketch(), points);
  }

  private key(event: KeyboardEvent): void {
    if (!this.active) return;
    const typing = event.target instanceof Element && event.target.closest("textarea, input, select");
    if (event.key === "Escape") this.cancel();
    else if (typing) return;
    else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey)) this.undo();
    else if ((event.key === "y" || event.key === "Z" || event.key === "z") && (event.ctrlKey || event.metaKey)) this.redo();
    else if (event.key === " " && event.target === byId("map")) this.append([this.map.getView().getCenter()!]);
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) this.finish();
    else return;
    event.preventDefault();
  }
}
