// Printing: a sheet of A4 or A3 with the map at a true scale, title, legend, scale bar, north arrow, sources and date.
import type OLMap from "ol/Map";
import { getPointResolution } from "ol/proj";
import { config } from "./config";
import { el } from "./dom";
import { onLang, t } from "./i18n";
import type { AtlasLayer } from "./layers";
import { legendOf, sourcesOf } from "./printlegend";
import { day, today } from "./time";

export interface PrintContext {
  map: OLMap;
  layers(): AtlasLayer[];
  /** A line on the open check, when there is one. */
  note(): string;
  /** Puts the map back beside the panel. */
  restore(): void;
}

type Paper = "a4" | "a3";
type Orientation = "landscape" | "portrait";

/** Pixels of the drawn map for a millimetre of paper: 150 dots per inch. */
const density = 150 / 25.4;
const papers: Record<Paper, [long: number, short: number]> = { a4: [297, 210], a3: [420, 297] };
const scales = [1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000, 200_000, 250_000, 300_000, 400_000, 500_000, 600_000, 750_000, 1_000_000, 2_000_000];
/** What the sheet keeps free around the map, millimetres: margin, title, and the legend beside or below. */
const margin = 10;
const head = 16;
const foot = 12;
const side = { a4: 58, a3: 74 };
const below = { a4: 62, a3: 78 };

/** The button of the panel, and the dialog that it opens. */
export class Printing {
  readonly button = el("button", { type: "button", class: "icon", "data-testid": "print", onclick: () => this.open() });
  private readonly dialog = el("dialog", { class: "print-dialog", "aria-labelledby": "print-head" });
  private readonly sheet = el("section", { id: "sheet" });
  private chosen: { paper: Paper; orientation: Orientation; scale: number } = { paper: "a4", orientation: "landscape", scale: 0 };

  constructor(private readonly context: PrintContext) {
    document.body.append(this.dialog, this.sheet);
    const label = () => {
      this.button.replaceChildren(drawing("0 0 24 24", [["M7 9V3h10v6M7 17H4v-7h16v7h-3M7 14h10v7H7z", "none"]]));
      this.button.setAttribute("aria-label", t("print"));
      this.button.title = t("print");
      if (this.dialog.open) this.render();
    };
    label();
    onLang(label);
    window.addEventListener("afterprint", () => this.clear());
  }

  private open(): void {
    this.render();
    this.dialog.showModal();
  }

  private clear(): void {
    delete document.body.dataset.sheet;
    this.sheet.replaceChildren();
  }

  private render(): void {
    const title = el("input", { type: "text", id: "print-title", "data-testid": "print-title", value: t("title") });
    const choice = <T extends string>(id: string, values: readonly (readonly [T, string])[], value: string, set: (v: T) => void) => {
      const select = el("select", { id, "data-testid": id, onchange: () => set(select.value as T) }, ...values.map(([v, name]) => el("option", { value: v, selected: v === value }, name)));
      return select;
    };
    const c = this.chosen;
    const status = el("p", { role: "status", class: "note" });
    const print = () => {
      status.textContent = t("printPreparing");
      void this.print(title.value).then(
        () => this.dialog.close(),
        (err: unknown) => (status.textContent = `${t("printFailed")} ${err instanceof Error ? err.message : ""}`),
      );
    };
    this.dialog.replaceChildren(
      el("h2", { id: "print-head" }, t("print")),
      el("label", { for: "print-title" }, t("printTitle")),
      title,
      el("label", { for: "print-paper" }, t("printPaper")),
      el(
        "div",
        { class: "row" },
        choice("print-paper", [["a4", "A4"], ["a3", "A3"]], c.paper, (v: Paper) => (c.paper = v)),
        choice("print-orientation", [["landscape", t("landscape")], ["portrait", t("portrait")]], c.orientation, (v: Orientation) => (c.orientation = v)),
      ),
      el("label", { for: "print-scale" }, t("printScale")),
      choice("print-scale", [["0", t("printFit")], ...scales.map((s) => [String(s), scaleText(s)] as const)], String(c.scale), (v) => (c.scale = Number(v))),
      status,
      el(
        "div",
        { class: "row" },
        el("button", { type: "button", class: "primary", "data-testid": "print-now", onclick: print }, t("printNow")),
        el("button", { type: "button", onclick: () => this.dialog.close() }, t("cancel")),
      ),
    );
    this.dialog.querySelector<HTMLSelectElement>("#print-orientation")?.setAttribute("aria-label", t("printPaper"));
  }

  /** Draws the sheet and has the browser print it. */
  private async print(title: string): Promise<void> {
    const { paper, orientation } = this.chosen;
    const frame = frameOf(paper, orientation);
    const { image, scale } = await this.draw(frame.width, frame.height);
    const picture = el("img", { alt: title, src: image });
    this.sheet.className = `${paper}-${orientation}`;
    setSize(picture, frame.width, frame.height);
    this.sheet.replaceChildren(
      el("header", {}, el("h1", {}, title), el("p", {}, this.context.note())),
      el("figure", {}, picture, northArrow()),
      el("aside", {}, el("h2", {}, t("legendWord")), legendOf(this.context.map, this.context.layers()), scaleBar(scale)),
      el("footer", {}, el("p", {}, `${t("sources")}: ${sourcesOf(this.context.layers()).join(" · ")}`), el("p", {}, imprint())),
    );
    await picture.decode();
    document.body.dataset.sheet = "true";
    window.print();
  }

  /** Draws the map for a frame of that many millimetres; gives it as an image, with the denominator of its scale. */
  private async draw(width: number, height: number): Promise<{ image: string; scale: number }> {
    const { map, restore } = this.context;
    const view = map.getView();
    const [west, south, east, north] = view.calculateExtent(visibleSize(map, view.padding)) as [number, number, number, number];
    const [center, resolution] = [view.getCenter()!, view.getResolution()!];
    // Metres on the ground for a millimetre of paper, at the centre.
    const ground = getPointResolution("EPSG:3857", 1, center);
    const needed = Math.max((east - west) / width, (north - south) / height) * ground * 1000;
    const scale = this.chosen.scale || scales.find((s) => s >= needed * 0.98) || 2_000_000;
    // A canvas with tiles of another host cannot be read, and they are not ours to print.
    const foreign = map.getAllLayers().filter((l) => l.get("foreign") && l.getVisible());
    document.body.dataset.printing = "true";
    foreign.forEach((l) => l.setVisible(false));
    view.padding = [0, 0, 0, 0];
    const size: [number, number] = [Math.round(width * density), Math.round(height * density)];
    try {
      const drawn = new Promise<string>((resolve) => map.once("rendercomplete", () => resolve(compose(map, size))));
      map.setSize(size);
      view.setCenter(center);
      view.setResolution(scale / 1000 / density / ground);
      map.renderSync();
      return { image: await drawn, scale };
    } finally {
      foreign.forEach((l) => l.setVisible(true));
      map.updateSize();
      restore();
      view.setCenter(center);
      view.setResolution(resolution);
      delete document.body.dataset.printing;
    }
  }
}

/** The size of the map's frame on the sheet, millimetres. */
function frameOf(paper: Paper, orientation: Orientation): { width: number; height: number } {
  const [long, short] = papers[paper];
  if (orientation === "landscape") return { width: long - 2 * margin - side[paper], height: short - 2 * margin - head - foot };
  return { width: short - 2 * margin, height: long - 2 * margin - head - foot - below[paper] };
}

function visibleSize(map: OLMap, padding: number[] | undefined): [number, number] {
  const [w = 1, h = 1] = map.getSize() ?? [];
  const [top = 0, right = 0, bottom = 0, left = 0] = padding ?? [];
  return [Math.max(1, w - left - right), Math.max(1, h - top - bottom)];
}

/** Lays the canvases of the map over one another on paper. */
function compose(map: OLMap, [width, height]: [number, number]): string {
  const sheet = el("canvas", { width, height });
  const ctx = sheet.getContext("2d")!;
  ctx.fillStyle = "#faf7ef";
  ctx.fillRect(0, 0, width, height);
  const drawn = map.getViewport()!.querySelectorAll<HTMLCanvasElement>(".ol-layer canvas, canvas.ol-layer");
  for (const canvas of drawn) {
    if (canvas.width === 0) continue;
    ctx.globalAlpha = Number(canvas.parentElement?.style.opacity || canvas.style.opacity || 1);
    const matrix = /^matrix\(([^)]*)\)$/.exec(canvas.style.transform)?.[1]?.split(",").map(Number);
    ctx.setTransform(...((matrix ?? [width / canvas.width, 0, 0, height / canvas.height, 0, 0]) as [number, number, number, number, number, number]));
    ctx.drawImage(canvas, 0, 0);
  }
  return sheet.toDataURL("image/jpeg", 0.92);
}

function setSize(element: HTMLElement, width: number, height?: number): void {
  element.style.width = `${width}mm`;
  if (height !== undefined) element.style.height = `${height}mm`;
}

/** 1:25 000, grouped as cartographers do. */
export function scaleText(scale: number): string {
  return `1:${String(scale).replace(/\B(?=(\d{3})+$)/g, " ")}`;
}

/** A bar of four parts with round figures, 30 to 60 mm long, in true millimetres. */
function scaleBar(scale: number): HTMLElement {
  const nice = [1, 2, 2.5, 5].flatMap((m) => [1, 10, 100, 1000, 10_000, 100_000].map((p) => m * p)).sort((a, b) => a - b);
  const metresLong = nice.filter((m) => (m / scale) * 1000 <= 48).at(-1) ?? 1;
  const bar = el("div", { class: "bar" }, ...Array.from({ length: 4 }, () => el("i", {})));
  setSize(bar, (metresLong / scale) * 1000);
  const label = (m: number) => (metresLong >= 4000 ? `${m / 1000}` : `${m}`);
  const labels = el("div", { class: "labels" }, el("span", {}, "0"), el("span", {}, label(metresLong / 2)), el("span", {}, `${label(metresLong)} ${metresLong >= 4000 ? "km" : "m"}`));
  setSize(labels, (metresLong / scale) * 1000);
  return el("div", { class: "scalebar", "data-testid": "sheet-scale" }, el("p", {}, `${t("printScale")} ${scaleText(scale)}`), bar, labels);
}

function northArrow(): HTMLElement {
  const arrow = drawing("0 0 20 34", [["M10 1 L17 24 L10 19 Z", "#16202b"], ["M10 1 L3 24 L10 19 Z", "#ffffff"]]);
  return el("div", { class: "north" }, arrow, t("north"));
}

/** A drawing of paths, each with its fill; fonts do not have every sign. */
function drawing(viewBox: string, paths: [d: string, fill: string][]): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  for (const [d, fill] of paths) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    path.setAttribute("fill", fill);
    path.setAttribute("stroke", "currentColor");
    svg.append(path);
  }
  return svg;
}

/** The last line of a sheet: projection, days, purpose, and the number of the map's approval if it has one. */
function imprint(): string {
  const { approval } = config();
  return [approval && t("approval", { no: approval }), t("projection"), t("inForceOn") + " " + (day() ?? today()), t("printedOn", { day: today() }), t("footer"), "planatlas"].filter(Boolean).join(" · ");
}
