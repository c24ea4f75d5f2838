// Changing the boundary of a site: vertices are dragged, added and deleted on the map, or the list of points is edited as text.
import type Feature from "ol/Feature";
import { altKeyOnly, click, singleClick } from "ol/events/condition";
import type Geometry from "ol/geom/Geometry";
import Modify from "ol/interaction/Modify";
import Snap from "ol/interaction/Snap";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import type OLMap from "ol/Map";
import { CoordinateError, parseCoordinates, type LonLat } from "./coordinates";
import { byId, el } from "./dom";
import { shapeOf, snapsTo } from "./draw";
import type { BarContent, DrawBar } from "./drawbar";
import { t } from "./i18n";
import type { AtlasLayer } from "./layers";
import type { Overlay } from "./map";
import type { Shape } from "./model";
import { sketchStyle } from "./overlays";

export interface EditingActions {
  done(shape: Shape): void;
  cancelled(): void;
}

/** One site at a time, in the overlay where it is shown. */
export class Editing {
  private modify: Modify | undefined;
  private snaps: Snap[] = [];
  private feature: Feature | undefined;
  private before: Geometry | undefined;
  private states: Geometry[] = [];
  private at = 0;
  private deleting = false;
  private readonly content: BarContent = {
    hint: "editHint",
    buttons: [
      { label: "finishEdit", testid: "edit-finish", primary: true, action: () => this.finish() },
      { label: "undo", testid: "edit-undo", enabled: () => this.at > 0, action: () => this.go(-1) },
      { label: "redo", testid: "edit-redo", enabled: () => this.at < this.states.length - 1, action: () => this.go(1) },
      { label: "deleteVertices", testid: "edit-delete", pressed: () => this.deleting, action: () => this.toggleDeleting() },
      { label: "cancel", testid: "edit-cancel", action: () => this.cancel() },
    ],
  };

  constructor(
    private readonly map: OLMap,
    private readonly bar: DrawBar,
    private readonly overlay: Overlay,
    private readonly actions: EditingActions,
  ) {
    document.addEventListener("keydown", (event) => this.key(event));
  }

  get active(): boolean {
    return this.modify !== undefined;
  }

  start(layers: AtlasLayer[]): void {
    this.stop();
    const feature = this.overlay.source.getFeatures()[0];
    const geometry = feature?.getGeometry();
    if (!feature || !geometry) return;
    this.feature = feature;
    this.before = geometry.clone();
    this.states = [geometry.clone()];
    this.at = 0;
    this.deleting = false;
    feature.setStyle(sketchStyle);
    const wantsDeletion = (e: MapBrowserEvent) => (this.deleting ? click(e) : altKeyOnly(e) && singleClick(e));
    this.modify = new Modify({ source: this.overlay.source, style: sketchStyle, deleteCondition: wantsDeletion, pixelTolerance: 12 });
    this.modify.on("modifyend", () => this.note());
    this.map.addInteraction(this.modify);
    this.snaps = snapsTo(layers);
    for (const snap of this.snaps) this.map.addInteraction(snap);
    this.bar.open(this.content);
    this.figures();
    byId("map").focus({ preventScroll: true });
  }

  cancel(): void {
    if (!this.active) return;
    this.feature?.setGeometry(this.before);
    this.stop();
    this.actions.cancelled();
  }

  private stop(): void {
    if (!this.modify) return;
    for (const snap of this.snaps) this.map.removeInteraction(snap);
    this.map.removeInteraction(this.modify);
    this.modify = undefined;
    this.snaps = [];
    this.feature?.setStyle(undefined);
    this.bar.close();
  }

  private finish(): void {
    const geometry = this.feature?.getGeometry();
    this.stop();
    if (geometry) this.actions.done(shapeOf(geometry));
  }

  /** Keeps the state after a change; what was undone before it is gone. */
  private note(): void {
    this.states = [...this.states.slice(0, this.at + 1), this.feature!.getGeometry()!.clone()];
    this.at = this.states.length - 1;
    this.figures();
  }

  private go(step: number): void {
    const next = this.states[this.at + step];
    if (!next) return;
    this.at += step;
    this.feature?.setGeometry(next.clone());
    this.figures();
  }

  private toggleDeleting(): void {
    this.deleting = !this.deleting;
    this.bar.refresh();
  }

  private figures(): void {
    const geometry = this.feature?.getGeometry();
    if (geometry) this.bar.measure(geometry, ringsOf(shapeOf(geometry)).reduce((sum, r) => sum + r.positions.length, 0));
  }

  private key(event: KeyboardEvent): void {
    if (!this.active || (event.target instanceof Element && event.target.closest("textarea, input, select"))) return;
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Escape") this.cancel();
    else if (command && event.key === "z") this.go(-1);
    else if (command && (event.key === "y" || event.key === "Z")) this.go(1);
    else return;
    event.preventDefault();
  }
}

interface Ring {
  part: number;
  positions: LonLat[];
}

/** The rings of a site without their closing points. */
export function ringsOf(shape: Shape): Ring[] {
  const parts = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
  return parts.flatMap((rings, part) => rings.map((ring) => ({ part, positions: ring.slice(0, -1).map(([lon, lat]) => [lon!, lat!] as LonLat) })));
}

/** The list of points as text: a line for each, a line with # before each ring. */
export function pointsText(shape: Shape): string {
  const rings = ringsOf(shape);
  return rings
    .map(({ part, positions }, i) => {
      const hole = i > 0 && rings[i - 1]!.part === part;
      return [`# ${part + 1} ${hole ? t("innerRing") : t("outerRing")}`, ...positions.map(([lon, lat]) => `${lon.toFixed(9)}, ${lat.toFixed(9)}`)].join("\n");
    })
    .join("\n");
}

/** Reads that text; rings with the same number after # are one part, the first of them its outer ring. */
export function shapeFromText(text: string): Shape {
  const parts = new Map<string, LonLat[][]>();
  const blocks = text.split(/^#/m).filter((b) => /\d/.test(b));
  for (const block of text.trimStart().startsWith("#") ? blocks : [`1\n${text}`]) {
    const [head = "", ...lines] = block.split("\n");
    const positions = parseCoordinates(lines.join("\n"));
    if (positions.length < 3) throw new CoordinateError("empty", head.trim());
    const number = /\d+/.exec(head)?.[0] ?? "1";
    parts.set(number, [...(parts.get(number) ?? []), [...positions, positions[0]!]]);
  }
  const polygons = [...parts.values()];
  if (polygons.length === 0) throw new CoordinateError("empty", text.trim());
  return polygons.length === 1 ? { type: "Polygon", coordinates: polygons[0]! } : { type: "MultiPolygon", coordinates: polygons };
}

/** The list of points of a site, to be read, copied and changed without the map. */
export function pointsEditor(shape: Shape, apply: (shape: Shape) => void): HTMLElement {
  const area = el("textarea", { rows: 7, spellcheck: "false", id: "site-points", "data-testid": "site-points" });
  area.value = pointsText(shape);
  const error = el("p", { role: "alert" });
  const use = () => {
    try {
      apply(shapeFromText(area.value));
    } catch (err) {
      if (!(err instanceof CoordinateError)) throw err;
      error.className = "failure";
      error.textContent = t(`coordinates.${err.reason}`, { text: err.text });
    }
  };
  return el(
    "details",
    { class: "points" },
    el("summary", {}, t("pointList")),
    el("label", { for: "site-points" }, t("pointListLabel")),
    area,
    error,
    el("button", { type: "button", "data-testid": "site-points-apply", onclick: use }, t("applyPoints")),
  );
}
