// The bar above the map while a site is drawn or its boundary changed: what to do, figures, typed coordinates, buttons.
import { getArea, getLength } from "ol/sphere";
import type Geometry from "ol/geom/Geometry";
import LineString from "ol/geom/LineString";
import Polygon from "ol/geom/Polygon";
import { CoordinateError, parseCoordinates, type LonLat } from "./coordinates";
import { byId, el } from "./dom";
import { areaParts, metres } from "./format";
import { onLang, t } from "./i18n";
import type { MessageKey } from "./messages";

export interface BarButton {
  label: MessageKey;
  testid: string;
  primary?: boolean;
  /** For a switch: whether it is on. */
  pressed?(): boolean;
  enabled?(): boolean;
  action(): void;
}

export interface BarContent {
  hint: MessageKey;
  buttons: BarButton[];
  /** Takes typed positions; without it nothing can be typed. */
  typed?(positions: LonLat[]): void;
}

/** The one bar of the page. */
export class DrawBar {
  private readonly box = byId("drawbar");
  private readonly status = el("p", { role: "status", "data-testid": "draw-status" });
  private readonly figures = el("p", { class: "figures-line", "data-testid": "draw-figures" });
  private readonly input = el("input", { type: "text", id: "draw-coordinates", "data-testid": "draw-coordinates", autocomplete: "off", spellcheck: "false", onkeydown: (e: KeyboardEvent) => e.key === "Enter" && this.typed(e) });
  private content: BarContent | undefined;

  constructor() {
    this.box.setAttribute("role", "region");
    onLang(() => this.content && this.open(this.content));
  }

  open(content: BarContent): void {
    const shown = this.content === content;
    this.content = content;
    this.box.setAttribute("aria-label", t("drawTools"));
    this.say(t(content.hint));
    if (!shown) this.figures.textContent = "";
    this.input.placeholder = "113.5833, 37.8567";
    this.box.replaceChildren(this.status, this.figures, content.typed ? this.typing() : "", el("div", { class: "row", "data-part": "buttons" }));
    this.refresh();
    this.box.hidden = false;
    document.body.dataset.drawing = "true";
  }

  close(): void {
    this.content = undefined;
    this.box.hidden = true;
    this.input.value = "";
    delete document.body.dataset.drawing;
  }

  /** Says a sentence instead of the hint. */
  say(sentence: string): void {
    this.status.textContent = sentence;
  }

  /** The figures of the shape so far; areas are those of the ellipsoid's sphere, so only about right until the service measures. */
  measure(geometry: Geometry | undefined, points: number): void {
    const parts = [t("points", { n: points })];
    if (geometry && points >= 3) {
      const { ha, mu } = areaParts({ ha: getArea(geometry) / 1e4, mu: getArea(geometry) * 0.0015 });
      parts.push(t("aboutValue", { v: `${ha} · ${mu}` }));
    } else if (geometry instanceof Polygon && points === 2) {
      parts.push(t("aboutValue", { v: metres(getLength(new LineString(geometry.getCoordinates()[0]!.slice(0, 2))), 1) }));
    }
    this.figures.textContent = parts.join(" · ");
    this.refresh();
  }

  /** Draws the buttons anew, keeping the focus on the one that has it. */
  refresh(): void {
    const box = this.box.querySelector('[data-part="buttons"]');
    if (!this.content || !box) return;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.testid : undefined;
    box.replaceChildren(...this.content.buttons.map((b) => this.button(b)));
    if (focused) box.querySelector<HTMLElement>(`[data-testid="${focused}"]`)?.focus();
  }

  private button(b: BarButton): HTMLElement {
    const off = b.enabled ? !b.enabled() : false;
    return el(
      "button",
      {
        type: "button",
        "data-testid": b.testid,
        class: b.primary ? "primary" : undefined,
        "aria-disabled": off ? "true" : undefined,
        ...(b.pressed ? { "aria-pressed": String(b.pressed()) } : {}),
        onclick: () => !off && b.action(),
      },
      t(b.label),
    );
  }

  private typing(): HTMLElement {
    return el(
      "div",
      { class: "typing" },
      el("label", { for: "draw-coordinates" }, t("typeCoordinates")),
      this.input,
      el("button", { type: "button", "data-testid": "draw-type", onclick: (e: Event) => this.typed(e) }, t("addPoint")),
      el("small", { class: "note", id: "draw-forms" }, t("coordinateForms")),
    );
  }

  private typed(event: Event): void {
    event.preventDefault();
    event.stopPropagation();
    try {
      this.content?.typed?.(parseCoordinates(this.input.value));
      this.input.value = "";
      if (this.content) this.say(t(this.content.hint));
    } catch (err) {
      if (!(err instanceof CoordinateError)) throw err;
      this.say(t(`coordinates.${err.reason}`, { text: err.text }));
    }
    this.input.focus();
  }
}
