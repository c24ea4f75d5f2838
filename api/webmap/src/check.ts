// Checking a site: it comes in, is seen, changed and sent; the answer, or why there is none, is shown.
import { extend, isEmpty, type Extent } from "ol/extent";
import type OLMap from "ol/Map";
import { ApiError, fetchCheck, postCheck, postCompare, postSites, type Choices, type SiteInput } from "./api";
import { columnsOf, comparisonBox, letter, tray, type Alternative, type Column } from "./compare";
import { el } from "./dom";
import { Drawing } from "./draw";
import { DrawBar } from "./drawbar";
import { Editing, pointsEditor } from "./edit";
import { choicesBox, faultList, readBox } from "./handedin";
import { areaParts } from "./format";
import { hashValue, setHashValue } from "./hash";
import { onLang, pick, t, word } from "./i18n";
import { SiteInputs } from "./inputs";
import type { AtlasLayer } from "./layers";
import { zoomTo, type Overlay } from "./map";
import { shownVerdict, type Answer, type Fault, type Finding, type ReadSites, type Shape } from "./model";
import { failureBox } from "./problem";
import { learnNames, type Names } from "./questions";
import { renderAnswer } from "./result";
import { conflictsOf, showFinding, type Uncertainty } from "./uncertainty";
import { day, onDay } from "./time";

export interface CheckContext {
  map: OLMap;
  layers(): AtlasLayer[];
  site: Overlay;
  conflicts: Overlay;
  faults: Overlay;
  uncertainty: Uncertainty;
  /** The panel is to show the check, or to make room for drawing. */
  reveal(): void;
  makeRoom(): void;
}

/** The site at hand: how it is sent, and what it looks like as far as that is known. */
interface Draft {
  input: SiteInput;
  shape: Shape | undefined;
  name: string;
  accuracyM?: number;
}

/** A file that was read and is not checked yet. */
interface HandedIn {
  file: File;
  choices: Choices;
  sites: ReadSites;
}

/** The tab "Check a site". */
export class CheckPanel {
  readonly element = el("div", { class: "check" });
  private readonly inputs: SiteInputs;
  private readonly output = el("div", { "data-testid": "check-output" });
  private readonly bar = new DrawBar();
  private readonly drawing: Drawing;
  private readonly editing: Editing;
  private draft: Draft | undefined;
  private handedIn: HandedIn | undefined;
  private refused: { file: File; choices: Choices } | undefined;
  private project: Record<string, unknown> = {};
  private answer: Answer | undefined;
  private before: Answer | undefined;
  private failure: unknown;
  private running: AbortController | undefined;
  private alternatives: Alternative[] = [];
  private comparison: { columns: Column[]; ranking: string } | undefined;
  private readonly names: Names = new Map();

  constructor(private readonly context: CheckContext) {
    this.inputs = new SiteInputs({
      draw: () => this.startDrawing(),
      file: (file) => void this.read(file, {}),
      empty: () => this.fail("empty"),
    });
    this.drawing = new Drawing(context.map, this.bar, {
      done: (shape) => this.take({ input: { geometry: shape }, shape, name: "" }),
      cancelled: () => this.backTo("draw"),
    });
    this.editing = new Editing(context.map, this.bar, context.site, {
      done: (shape) => this.reshape(shape),
      cancelled: () => this.backTo("edit"),
    });
    this.render();
    onLang(() => this.render());
    onDay(() => this.draft && this.answer && void this.submit());
    window.addEventListener("hashchange", () => void this.openFromHash());
  }

  /** While drawing, a click on the map sets a point and asks nothing. */
  get isDrawing(): boolean {
    return this.drawing.active || this.editing.active;
  }

  /** The open check in one line, for the printed sheet; empty when there is none. */
  get title(): string {
    const a = this.answer;
    if (!a) return "";
    const name = this.draft?.name || t("siteWord");
    return [`${name}: ${word("verdict", shownVerdict(a))}`, areaParts(a.site?.area).ha, `${t("archived")} ${a.id ?? "—"}`].join(" · ");
  }

  /** Opens the archived check, or the comparison of several, that the address of the page names. */
  async openFromHash(): Promise<void> {
    const id = hashValue("check");
    const ids = hashValue("compare")?.split(",").filter(Boolean) ?? [];
    if (id && id !== this.answer?.id) await this.run((signal) => fetchCheck(id, signal), (answer) => this.adopt(answer));
    else if (ids.length > 1 && !this.comparison) await this.openComparison(ids);
  }

  /** Redraws the answer, whose names come from the loaded layers. */
  refresh(): void {
    if (this.answer || this.comparison) this.renderOutput();
  }

  private render(): void {
    const something = this.draft !== undefined || this.failure !== undefined || this.handedIn !== undefined || this.comparison !== undefined;
    this.inputs.render(something);
    const list = tray(this.alternatives, {
      remove: (i) => {
        this.alternatives.splice(i, 1);
        this.render();
      },
      compare: () => void this.compare(),
    });
    this.element.replaceChildren(
      ...(something ? [] : [el("p", { class: "note" }, t("checkIntro"))]),
      this.inputs.element,
      ...(list ? [list] : []),
      ...(something ? [this.toolbar()] : []),
      this.output,
    );
    this.renderOutput();
  }

  /** What can be done with the site at hand. */
  private toolbar(): HTMLElement {
    const draft = this.draft;
    const button = (label: string, testid: string, onclick: () => void) => el("button", { type: "button", class: "quiet", "data-testid": testid, onclick }, label);
    const shaped = draft?.shape && !this.running;
    return el(
      "div",
      { class: "row tools", role: "group", "aria-label": t("siteTools") },
      shaped && button(t("edit"), "edit", () => this.startEditing()),
      shaped && button(t("setAside"), "set-aside", () => this.setAside()),
      draft && !this.running && button(t("checkAgain"), "check-again", () => void this.submit()),
      button(t("clearCheck"), "check-clear", () => this.clear()),
    );
  }

  private renderOutput(): void {
    this.output.setAttribute("aria-busy", String(this.running !== undefined));
    this.output.replaceChildren(...this.content());
  }

  private content(): (Node | string)[] {
    if (this.running) return [el("p", { class: "note busy", role: "status" }, t("checking"))];
    if (this.failure !== undefined) return this.failureContent();
    if (this.handedIn) return [this.handedInBox(this.handedIn)];
    if (this.comparison) {
      return [
        comparisonBox(this.comparison.columns, this.comparison.ranking, this.context.layers(), {
          zoom: (c) => this.zoomToShape(c.answer.site?.geometry as Shape),
          open: (c) => {
            this.comparison = undefined;
            setHashValue("compare", null);
            this.adopt(c.answer);
            this.settled();
          },
          close: () => this.clear(),
        }),
      ];
    }
    if (!this.answer) return [];
    return [
      renderAnswer(this.answer, this.before, this.context.layers(), this.names, {
        show: (finding) => this.show(finding),
        reply: (attribute, value) => this.reply(attribute, value),
      }),
      ...(this.draft?.shape ? [this.siteForm(this.draft, this.draft.shape)] : []),
    ];
  }

  private failureContent(): Node[] {
    const empty = this.failure === "empty";
    const nodes: Node[] = [failureBox(t("notDone"), empty ? t("pasteEmpty") : this.failure, "check-error")];
    const faults = this.failure instanceof ApiError ? (this.failure.problem.faults ?? []) : [];
    if (faults.length > 0) nodes.push(faultList(faults, { showFault: (f) => this.showFault(f) }));
    const refused = this.refused;
    const form = refused && choicesBox(this.failure, refused.choices, (choices) => void this.read(refused.file, choices));
    if (form) nodes.push(form);
    if (this.draft && !refused) nodes.push(el("button", { type: "button", "data-testid": "retry-check", onclick: () => void this.submit() }, t("retry")));
    return nodes;
  }

  private handedInBox(h: HandedIn): HTMLElement {
    return readBox(h.file.name === "pasted" ? t("pastedText") : h.file.name, h.sites, h.choices, {
      showFault: (f) => this.showFault(f),
      again: (choices) => void this.read(h.file, choices),
      check: () => this.take({ input: { file: h.file, choices: h.choices }, shape: undefined, name: "" }),
      compare: () => {
        this.alternatives = h.sites.features.map((f, i) => ({ name: f.properties.name || f.properties.number || letter(i), geometry: f.geometry }));
        void this.compare();
      },
    });
  }

  /** Name, accuracy and points of the site, to be changed without the map. */
  private siteForm(draft: Draft, shape: Shape): HTMLElement {
    const name = el("input", { type: "text", value: draft.name, id: "site-name", "data-testid": "site-name" });
    const accuracy = el("input", { type: "number", min: 0, step: "any", value: draft.accuracyM || "", id: "site-accuracy", "data-testid": "site-accuracy" });
    const apply = () => {
      const m = accuracy.valueAsNumber;
      const input: SiteInput = name.value !== draft.name ? { geometry: shape, name: name.value } : draft.input;
      this.draft = { ...draft, input, name: name.value };
      if (m > 0) this.draft.accuracyM = m;
      else delete this.draft.accuracyM;
      void this.submit();
    };
    return el(
      "section",
      {},
      el("h3", {}, t("siteDetails")),
      el("label", { for: "site-name" }, t("siteName")),
      name,
      el("label", { for: "site-accuracy" }, t("siteAccuracyLabel")),
      accuracy,
      el("button", { type: "button", "data-testid": "site-apply", onclick: apply }, t("applyAndCheck")),
      pointsEditor(shape, (changed) => this.reshape(changed)),
    );
  }

  private startDrawing(): void {
    this.clear();
    this.context.makeRoom();
    this.drawing.start(this.context.layers());
  }

  private startEditing(): void {
    this.context.conflicts.clear();
    this.context.uncertainty.clear();
    this.context.makeRoom();
    this.editing.start(this.context.layers());
  }

  private backTo(testid: string): void {
    this.context.reveal();
    if (this.answer) this.showOnMap(this.answer);
    this.element.querySelector<HTMLElement>(`[data-testid="${testid}"]`)?.focus();
  }

  /** Takes a new site and checks it. */
  private take(draft: Draft): void {
    this.clear();
    this.draft = draft;
    if (draft.shape) this.context.site.show([{ geometry: draft.shape }]);
    void this.submit();
  }

  private reshape(shape: Shape): void {
    this.draft = { ...this.draft, input: { geometry: shape, ...(this.draft?.name ? { name: this.draft.name } : {}) }, shape, name: this.draft?.name ?? "" };
    this.context.site.show([{ geometry: shape }]);
    void this.submit();
  }

  private reply(attribute: string, value: unknown): void {
    const project = { ...this.project };
    if (value === undefined) delete project[attribute];
    else project[attribute] = value;
    this.project = project;
    // What a file says of the project itself would stand against a reply that was taken back.
    if (this.draft?.shape && value === undefined) this.draft.input = { geometry: this.draft.shape, name: this.draft.name };
    void this.submit();
  }

  /** Sends the site at hand; the answer so far stays as that to which the new one is compared. */
  private async submit(): Promise<void> {
    const draft = this.draft;
    if (!draft) return;
    this.before = this.answer ?? this.before;
    const said = { project: this.project, ...(draft.accuracyM ? { accuracyM: draft.accuracyM } : {}), ...(day() ? { on: day()! } : {}) };
    await this.run((signal) => postCheck(draft.input, said, signal), (answer) => this.adopt(answer, draft));
  }

  /** Has a file read; a file that is refused may be read again with more said. */
  private async read(file: File, choices: Choices): Promise<void> {
    this.clear();
    this.refused = { file, choices };
    await this.run((signal) => postSites(file, choices, signal), (sites) => {
      this.refused = undefined;
      this.handedIn = { file, choices, sites };
      const shown = sites.features.map((f, i) => ({ geometry: f.geometry, properties: sites.features.length > 1 ? { label: f.properties.name || f.properties.number || letter(i), verdict: "advisory" } : {} }));
      const extent = this.context.site.show(shown);
      const faults = sites.features.flatMap((f) => f.properties.faults ?? []);
      this.context.faults.show(faults.flatMap((f) => (f.lonlat ?? []).map((p) => ({ geometry: { type: "Point" as const, coordinates: p } }))));
      if (!isEmpty(extent)) zoomTo(this.context.map, grow(extent, 0.4));
    });
    this.element.querySelector<HTMLElement>('[data-testid="handed-in"] h2')?.focus();
  }

  private setAside(): void {
    const draft = this.draft;
    if (!draft?.shape) return;
    const i = this.alternatives.length;
    this.alternatives = [...this.alternatives, { name: draft.name || t("alternativeName", { letter: letter(i) }), geometry: draft.shape }];
    this.render();
    this.element.querySelector<HTMLElement>('[data-testid="tray"] button')?.focus();
  }

  private async compare(): Promise<void> {
    const sites = this.alternatives;
    const said = { project: this.project, ...(day() ? { on: day()! } : {}) };
    this.clear();
    await this.run((signal) => postCompare(sites, said, signal), (found) => {
      this.showComparison(columnsOf(found), pick(found.ranking));
    });
  }

  private async openComparison(ids: string[]): Promise<void> {
    await this.run(
      (signal) => Promise.all(ids.map((id) => fetchCheck(id, signal))),
      (answers) => this.showComparison(answers.map((answer, i) => ({ label: letter(i), name: answer.site?.input?.name || letter(i), answer })), t("archivedComparison")),
    );
  }

  private showComparison(columns: Column[], ranking: string): void {
    this.comparison = { columns, ranking };
    setHashValue("compare", columns.map((c) => c.answer.id).join(","));
    const extent = this.context.site.show(columns.map((c) => ({ geometry: c.answer.site?.geometry, properties: { label: c.label, verdict: shownVerdict(c.answer) } })));
    this.context.conflicts.show(columns.flatMap((c) => conflictsOf(c.answer).filter((f) => f.properties.verdict !== "incomplete")));
    if (!isEmpty(extent)) zoomTo(this.context.map, grow(extent, 0.3));
  }

  /** An answer becomes that at hand: what is asked next starts from its site and project. */
  private adopt(answer: Answer, draft?: Draft): void {
    this.answer = answer;
    this.project = { ...answer.project };
    const shape = (answer.site?.geometry ?? undefined) as Shape | undefined;
    const name = draft?.name || answer.site?.input?.name || "";
    this.draft = draft ? { ...draft, shape, name } : shape && { input: { geometry: shape, name }, shape, name, ...(answer.site?.accuracy_m ? { accuracyM: answer.site.accuracy_m } : {}) };
    learnNames(this.names, answer.questions ?? []);
    if (answer.id) setHashValue("check", answer.id);
    this.showOnMap(answer);
  }

  private clear(): void {
    this.forget();
    this.draft = undefined;
    this.before = undefined;
    if (this.alternatives.length === 0) this.project = {}; // alternatives are sites of one project
    this.context.site.clear();
    this.render();
  }

  /** Drops what the last request came to, and keeps the site. */
  private forget(): void {
    this.running?.abort();
    this.running = undefined;
    this.answer = undefined;
    this.failure = undefined;
    this.handedIn = undefined;
    this.refused = undefined;
    this.comparison = undefined;
    this.context.conflicts.clear();
    this.context.faults.clear();
    this.context.uncertainty.clear();
    setHashValue("check", null);
    setHashValue("compare", null);
  }

  private fail(err: unknown): void {
    this.clear();
    this.failure = err;
    this.settled();
  }

  private async run<T>(ask: (signal: AbortSignal) => Promise<T>, done: (result: T) => void): Promise<void> {
    const refused = this.refused;
    this.forget();
    this.refused = refused;
    const control = new AbortController();
    this.running = control;
    this.context.reveal();
    this.render();
    try {
      const result = await ask(control.signal);
      if (this.running !== control) return;
      this.running = undefined;
      done(result);
    } catch (err) {
      if (this.running !== control && this.running !== undefined) return;
      if (err instanceof ApiError && err.kind === "aborted") return;
      this.running = undefined;
      this.answer = undefined;
      this.failure = err;
    }
    this.settled();
  }

  private settled(): void {
    this.render();
    const heading = this.output.querySelector<HTMLElement>("h2[tabindex]");
    heading?.focus({ preventScroll: true });
    heading?.scrollIntoView({ block: "start" });
  }

  private showOnMap(answer: Answer): void {
    const site = this.context.site.show([{ geometry: answer.site?.geometry }]);
    this.context.conflicts.show(conflictsOf(answer));
    this.context.uncertainty.showSite(answer);
    if (!isEmpty(site)) zoomTo(this.context.map, grow(site, 0.6));
  }

  /** Goes to the conflict; a finding at a distance may have no geometry inside the site. */
  private show(finding: Finding): void {
    if (this.answer) showFinding(this.context, this.answer, finding);
    this.context.makeRoom();
  }

  private showFault(fault: Fault): void {
    const points = (fault.lonlat ?? []).map((p) => ({ geometry: { type: "Point" as const, coordinates: p } }));
    const extent = this.context.faults.show(points);
    if (!isEmpty(extent)) zoomTo(this.context.map, extent, 18);
    this.context.makeRoom();
  }

  private zoomToShape(shape: Shape | undefined): void {
    if (!shape) return;
    const extent = this.context.faults.show([{ geometry: shape }]);
    this.context.faults.clear();
    zoomTo(this.context.map, grow(extent, 0.6));
    this.context.makeRoom();
  }
}

/** The extent with a margin of this share of its size on each side. */
function grow(extent: Extent, share: number): Extent {
  const [w, s, e, n] = extent as [number, number, number, number];
  const [dx, dy] = [(e - w) * share, (n - s) * share];
  return extend([w - dx, s - dy, e + dx, n + dy], extent);
}
