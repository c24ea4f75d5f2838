// Checking a site: draw or paste it, send it, show the answer or why there is none.
import type { Geometry } from "geojson";
import { extend, isEmpty, type Extent } from "ol/extent";
import type OLMap from "ol/Map";
import { ApiError, fetchCheck, postCheck } from "./api";
import { el } from "./dom";
import { Drawing } from "./draw";
import { hashValue, setHashValue } from "./hash";
import { onLang, t } from "./i18n";
import type { AtlasLayer } from "./layers";
import { extentOf, zoomTo, type Overlay } from "./map";
import type { Answer, Finding } from "./model";
import { failureBox } from "./problem";
import { renderAnswer } from "./result";

export interface CheckContext {
  map: OLMap;
  layers(): AtlasLayer[];
  site: Overlay;
  conflicts: Overlay;
  /** The panel is to show the check, or to make room for drawing. */
  reveal(): void;
  makeRoom(): void;
}

/** The tab "Check a site". */
export class CheckPanel {
  readonly element = el("div", { class: "check" });
  private readonly input = el("textarea", { rows: 4, spellcheck: "false", "data-testid": "paste-input" });
  private readonly output = el("div", { "data-testid": "check-output" });
  private readonly drawing: Drawing;
  private answer: Answer | undefined;
  private failure: unknown;
  private running: AbortController | undefined;
  private pasteOpen = false;

  constructor(private readonly context: CheckContext) {
    this.drawing = new Drawing(context.map, {
      done: (polygon) => {
        this.input.value = JSON.stringify(polygon);
        void this.run((signal) => postCheck(this.input.value, signal), polygon);
      },
      cancelled: () => {
        context.reveal();
        this.element.querySelector<HTMLElement>('[data-testid="draw"]')?.focus();
      },
    });
    this.render();
    onLang(() => this.render());
  }

  /** While drawing, a click on the map sets a point and asks nothing. */
  get isDrawing(): boolean {
    return this.drawing.active;
  }

  /** Opens the archived check that the address of the page names, if it names one. */
  async openFromHash(): Promise<void> {
    const id = hashValue("check");
    if (id) await this.run((signal) => fetchCheck(id, signal));
  }

  /** Redraws the answer, whose names come from the loaded layers. */
  refresh(): void {
    if (this.answer) this.renderOutput();
  }

  private render(): void {
    const hasResult = this.answer !== undefined || this.failure !== undefined;
    const paste = el(
      "details",
      { class: "paste", open: this.pasteOpen && !this.answer, ontoggle: () => (this.pasteOpen = paste.open) },
      el("summary", {}, t("paste")),
      el("label", {}, t("pasteLabel"), this.input),
      el("button", { type: "button", "data-testid": "paste-check", onclick: () => this.checkPasted() }, t("checkPasted")),
    );
    this.element.replaceChildren(
      el("p", { class: "note" }, t("checkIntro")),
      el(
        "div",
        { class: "row" },
        el("button", { type: "button", class: "primary", "data-testid": "draw", onclick: () => this.startDrawing() }, hasResult ? t("drawAgain") : t("draw")),
        hasResult && el("button", { type: "button", class: "quiet", "data-testid": "check-clear", onclick: () => this.clear() }, t("clearCheck")),
      ),
      paste,
      this.output,
    );
    this.renderOutput();
  }

  private renderOutput(): void {
    this.output.setAttribute("aria-busy", String(this.running !== undefined));
    if (this.running) {
      this.output.replaceChildren(el("p", { class: "note", role: "status" }, t("checking")));
    } else if (this.failure !== undefined) {
      const empty = this.failure === "empty";
      this.output.replaceChildren(failureBox(t("notDone"), empty ? t("pasteEmpty") : this.failure, "check-error"));
    } else if (this.answer) {
      this.output.replaceChildren(
        renderAnswer(this.answer, this.context.layers(), { show: (finding) => this.showFinding(finding) }),
      );
    } else {
      this.output.replaceChildren();
    }
  }

  private startDrawing(): void {
    this.clear();
    this.context.makeRoom();
    this.drawing.start(this.context.layers());
  }

  private checkPasted(): void {
    const text = this.input.value.trim();
    if (text) {
      void this.run((signal) => postCheck(text, signal));
      return;
    }
    this.clear();
    this.failure = "empty";
    this.render();
  }

  private clear(): void {
    this.running?.abort();
    this.running = undefined;
    this.answer = undefined;
    this.failure = undefined;
    this.context.site.clear();
    this.context.conflicts.clear();
    setHashValue("check", null);
    this.render();
  }

  private async run(ask: (signal: AbortSignal) => Promise<Answer>, drawn?: Geometry): Promise<void> {
    this.clear();
    const control = new AbortController();
    this.running = control;
    if (drawn) this.context.site.show([{ geometry: drawn }]);
    this.context.reveal();
    this.render();
    try {
      const answer = await ask(control.signal);
      if (this.running !== control) return;
      this.answer = answer;
      if (answer.id) setHashValue("check", answer.id);
      this.showOnMap(answer);
    } catch (err) {
      if (this.running !== control || (err instanceof ApiError && err.kind === "aborted")) return;
      this.answer = undefined;
      this.failure = err;
    }
    this.running = undefined;
    this.render();
    this.element.querySelector<HTMLElement>('[data-testid="verdict"] h2')?.focus();
  }

  private showOnMap(answer: Answer): void {
    const site = this.context.site.show([{ geometry: answer.site?.geometry }]);
    const found = (answer.findings ?? []).map((f) => ({ geometry: f.geometry, properties: { verdict: f.verdict } }));
    this.context.conflicts.show(found);
    if (!isEmpty(site)) zoomTo(this.context.map, grow(site, 0.6));
  }

  /** Goes to the conflict; a finding at a distance may have no geometry inside the site. */
  private showFinding(finding: Finding): void {
    const extent = extentOf(finding.geometry) ?? extentOf(this.answer?.site?.geometry);
    if (extent) zoomTo(this.context.map, extent);
    this.context.makeRoom();
  }
}

/** The extent with a margin of this share of its size on each side. */
function grow(extent: Extent, share: number): Extent {
  const [w, s, e, n] = extent as [number, number, number, number];
  const [dx, dy] = [(e - w) * share, (n - s) * share];
  return extend([w - dx, s - dy, e + dx, n + dy], extent);
}
