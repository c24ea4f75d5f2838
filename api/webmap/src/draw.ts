// Drawing a site on the map: one polygon, snapping to what is there.
import type { Polygon as GeoPolygon } from "geojson";
import GeoJSON from "ol/format/GeoJSON";
import type Polygon from "ol/geom/Polygon";
import { never } from "ol/events/condition";
import Draw, { type DrawEvent } from "ol/interaction/Draw";
import Snap from "ol/interaction/Snap";
import type OLMap from "ol/Map";
import Circle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import { byId, el } from "./dom";
import { onLang, t } from "./i18n";
import type { AtlasLayer } from "./layers";

const format = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });

const sketch = [
  new Style({ stroke: new Stroke({ color: "#ffffff", width: 5 }) }),
  new Style({
    stroke: new Stroke({ color: "#16202b", width: 2.5, lineDash: [8, 5] }),
    fill: new Fill({ color: "rgba(22, 32, 43, 0.10)" }),
    image: new Circle({ radius: 5, fill: new Fill({ color: "#16202b" }), stroke: new Stroke({ color: "#fff", width: 2 }) }),
  }),
];

export interface DrawingActions {
  done(polygon: GeoPolygon): void;
  cancelled(): void;
}

/** One drawing at a time, with a bar of buttons for those without keyboard or double-click. */
export class Drawing {
  private readonly bar = byId("drawbar");
  private draw: Draw | undefined;
  private snaps: Snap[] = [];
  private warning = "";

  constructor(
    private readonly map: OLMap,
    private readonly actions: DrawingActions,
  ) {
    document.addEventListener("keydown", (event) => this.key(event));
    onLang(() => this.active && this.renderBar());
  }

  get active(): boolean {
    return this.draw !== undefined;
  }

  start(layers: AtlasLayer[]): void {
    this.stop();
    this.draw = new Draw({ type: "Polygon", style: sketch, freehandCondition: never, stopClick: true });
    this.draw.on("drawend", (event: DrawEvent) => this.finished(event));
    this.map.addInteraction(this.draw);
    // Snapping must be added after drawing, so that it moves the point first.
    this.snaps = layers
      .filter((l) => l.state === "loaded" && l.layer.getVisible())
      .map((l) => new Snap({ source: l.source, pixelTolerance: 8 }));
    for (const snap of this.snaps) this.map.addInteraction(snap);
    this.warning = "";
    this.renderBar();
    this.bar.hidden = false;
    document.body.dataset.drawing = "true";
    byId("map").focus({ preventScroll: true });
  }

  cancel(): void {
    if (!this.active) return;
    this.stop();
    this.actions.cancelled();
  }

  private stop(): void {
    for (const snap of this.snaps) this.map.removeInteraction(snap);
    if (this.draw) this.map.removeInteraction(this.draw);
    this.draw = undefined;
    this.snaps = [];
    this.bar.hidden = true;
    delete document.body.dataset.drawing;
  }

  private finished(event: DrawEvent): void {
    const polygon = event.feature.getGeometry() as Polygon;
    const geojson = format.writeGeometryObject(polygon, { rightHanded: true, decimals: 7 }) as GeoPolygon;
    // OpenLayers is still inside its own event: leave it first.
    setTimeout(() => {
      this.stop();
      this.actions.done(geojson);
    });
  }

  private finish(): void {
    if (this.sketchPoints() < 3) {
      this.warning = t("tooFew");
      this.renderBar();
      return;
    }
    this.draw?.finishDrawing();
  }

  /** Points set so far; the sketch's ring holds besides them the moving and the closing point. */
  private sketchPoints(): number {
    const geometry = this.draw?.getOverlay().getSource()?.getFeatures().find((f) => f.getGeometry()?.getType() === "Polygon")?.getGeometry();
    const ring = (geometry as Polygon | undefined)?.getCoordinates()[0];
    return ring ? Math.max(0, ring.length - 2) : 0;
  }

  private key(event: KeyboardEvent): void {
    if (!this.active || (event.target instanceof Element && event.target.closest("textarea, input"))) return;
    if (event.key === "Escape") this.cancel();
    else if (event.key === "Backspace") this.draw?.removeLastPoint();
    else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) this.finish();
    else return;
    event.preventDefault();
  }

  private renderBar(): void {
    const button = (label: string, testid: string, action: () => void) =>
      el("button", { type: "button", "data-testid": testid, onclick: action }, label);
    this.bar.replaceChildren(
      el("p", { role: "status" }, this.warning || t("drawHint")),
      button(t("finish"), "draw-finish", () => this.finish()),
      button(t("undoPoint"), "draw-undo", () => this.draw?.removeLastPoint()),
      button(t("cancel"), "draw-cancel", () => this.cancel()),
    );
  }
}
