// What the plan says at a place, with its citations, and its systems, indicators and requirements beside the map.
import type { Feature as GeoFeature } from "geojson";
import { fetchItems, fetchPlan, pageURL } from "./api";
import { badge, el } from "./dom";
import { metres } from "./format";
import { lang, onLang, pick, t, word } from "./i18n";
import type { Collection, PlanAnswer, PlanItem } from "./model";
import { failureBox, sentences } from "./problem";

/** The records of the plan that stand beside the map. */
const books = ["plan_systems", "plan_indicators", "plan_rules"] as const;
const open = 12; // records of a kind that are shown at once

export interface PlanActions {
  /** Marks the place that was asked about; none takes the mark away. */
  mark(at: [number, number] | undefined): void;
  /** Leads to a feature on the map. */
  show(layer: string, id: string, opener: HTMLElement): void;
  collections(): Collection[];
  reveal(): void;
}

export class PlanPanel {
  readonly element = el("div", { class: "plan" });
  private at: [number, number] | undefined;
  private within = 1000;
  private answer: PlanAnswer | undefined;
  private error: unknown;
  private running: AbortController | undefined;
  private readonly book = new Map<string, GeoFeature[] | Error | "loading">();
  private readonly unfolded = new Set<string>();

  constructor(private readonly actions: PlanActions) {
    this.render();
    onLang(() => this.render());
  }

  /** Asks what the plan says at a place, longitude and latitude. */
  async ask(at: [number, number]): Promise<void> {
    this.at = at;
    this.actions.mark(at);
    this.actions.reveal();
    this.running?.abort();
    const control = new AbortController();
    this.running = control;
    this.answer = this.error = undefined;
    this.render();
    try {
      const answer = await fetchPlan(at, this.within, control.signal);
      if (control.signal.aborted) return;
      this.answer = answer;
    } catch (err) {
      if (control.signal.aborted) return;
      this.error = err;
    }
    this.render();
  }

  render(): void {
    this.element.replaceChildren(el("p", { class: "note" }, t("planIntro")), ...this.place(), ...this.books());
  }

  private place(): Node[] {
    const at = this.at;
    if (!at) return [];
    const again = el("button", { type: "button", class: "quiet", onclick: () => void this.ask(at) }, t("retry"));
    const within = el("select", { "data-testid": "plan-within", onchange: () => {
      this.within = Number(within.value);
      void this.ask(at);
    } }, ...[0, 500, 1000, 3000, 10000].map((m) => el("option", { value: m }, String(m))));
    within.value = String(this.within);
    const head = el("h2", { tabindex: -1, "data-testid": "plan-at" }, t("planAt", { at: at.map((v) => v.toFixed(5)).join(", ") }));
    const out: Node[] = [head, el("label", { class: "inline" }, el("span", {}, t("planWithin")), within)];
    if (this.error !== undefined) out.push(failureBox(t("planFailed"), this.error, "plan-error"), again);
    else if (!this.answer) out.push(el("p", { class: "note", role: "status" }, t("planAsking")));
    else out.push(this.describe(this.answer));
    return out;
  }

  private describe(a: PlanAnswer): HTMLElement {
    const box = el("div", { "data-testid": "plan-answer" });
    if (a.counties?.length) box.append(el("p", {}, `${t("planCounties")}${lang() === "zh" ? "：" : ": "}`, a.counties.map((c) => pick(c.name)).join(lang() === "zh" ? "、" : ", ")));
    if (a.features.length === 0) box.append(el("p", { class: "notice" }, t("planNothing")));
    const groups = [["here", "planHere"], ["within_accuracy", "planAccuracy"], ["near", "planNear"]] as const;
    for (const [relation, title] of groups) this.group(box, t(title), a.features.filter((f) => f.relation === relation), relation);
    this.group(box, t("planUnknown"), a.unknown ?? [], "unknown");
    box.append(el("h3", {}, t("planRecords")));
    if (a.records.length === 0) box.append(el("p", { class: "note" }, t("planNoRecords")));
    for (const layer of [...new Set([...books].reverse().concat(a.records.map((r) => r.layer) as never[]))]) {
      this.group(box, this.titleOf(layer), a.records.filter((r) => r.layer === layer), layer, "h4");
    }
    return box;
  }

  private group(box: HTMLElement, title: string, items: PlanItem[], key: string, tag: "h3" | "h4" = "h3"): void {
    if (items.length === 0) return;
    const all = this.unfolded.has(key);
    const list = el("ul", { class: "says", "data-testid": `plan-${key}` }, ...items.slice(0, all ? undefined : open).map((i) => this.item(i)));
    box.append(el(tag, {}, `${title} (${items.length})`), list);
    if (!all && items.length > open) {
      box.append(el("button", { type: "button", class: "quiet", onclick: () => {
        this.unfolded.add(key);
        this.render();
      } }, t("moreRecords", { n: items.length - open })));
    }
  }

  /** One thing that the plan says: its name leads to the map, or for a record to its page. */
  private item(i: PlanItem): HTMLElement {
    const title = pick(i.name) || i.id;
    const drawn = this.actions.collections().some((c) => c.id === i.layer && c.geometryType);
    const name: HTMLElement = drawn && typeof i.accuracy_m === "number"
      ? el("button", { type: "button", class: "link", onclick: () => this.actions.show(i.layer, i.id, name) }, title)
      : el("a", { href: pageURL(i.layer, i.id) }, title);
    const facts: string[] = [];
    if (drawn) facts.push(this.titleOf(i.layer));
    if (typeof i.distance_m === "number" && i.relation === "near") facts.push(metres(i.distance_m, 0));
    if (typeof i.accuracy_m === "number") facts.push(`±${metres(i.accuracy_m, 0)}`);
    const p = i.properties ?? {};
    if (p.baseline !== undefined || p.target !== undefined) facts.push(values(p));
    if (typeof p.requirement_en === "string" && typeof p.requirement !== "string") facts.push(p.requirement_en);
    const verdict = typeof p.verdict === "string" ? badge(`verdict-${p.verdict}`, word("verdict", p.verdict)) : null;
    const effect = i.legal_effect ? badge(`effect-${i.legal_effect}`, word("effect", i.legal_effect)) : null;
    return el(
      "li",
      { "data-layer": i.layer, "data-feature": i.id },
      el("div", { class: "cardhead" }, name, verdict, effect),
      facts.length > 0 && el("small", {}, facts.filter(Boolean).join(" · ")),
      i.quote || i.plan ? el("blockquote", {}, i.plan ? el("cite", {}, t("sectionShort", { section: i.plan })) : null, i.quote ? el("span", { lang: "zh-Hans" }, ` “${i.quote}”`) : null) : null,
    );
  }

  private titleOf(layer: string): string {
    const c = this.actions.collections().find((one) => one.id === layer);
    return pick(c?.titles) || c?.title || layer;
  }

  /** The plan's own lists, each read when it is first unfolded. */
  private books(): Node[] {
    const known = this.actions.collections();
    return books.filter((id) => known.some((c) => c.id === id)).map((id) => {
      const c = known.find((one) => one.id === id);
      const content = this.book.get(id);
      const details = el("details", { class: "book", "data-testid": `book-${id}`, ...(content ? { open: true } : {}) }, el("summary", {}, `${this.titleOf(id)} (${c?.featureCount ?? "?"})`));
      details.addEventListener("toggle", () => {
        if (!details.open) this.book.delete(id);
        else if (!this.book.has(id)) void this.read(id);
      });
      if (content === "loading") details.append(el("p", { class: "note", role: "status" }, t("loadingLayer")));
      else if (content instanceof Error) {
        details.append(el("p", { class: "failure", role: "alert" }, t("recordsFailed"), sentences(content).join(" "), " ",
          el("button", { type: "button", class: "quiet", onclick: () => void this.read(id) }, t("retry"))));
      } else if (content) details.append(el("ul", { class: "says" }, ...content.map((f) => this.item(asItem(id, f)))));
      return details;
    });
  }

  private async read(id: string): Promise<void> {
    this.book.set(id, "loading");
    this.render();
    try {
      this.book.set(id, await fetchItems(id));
    } catch (err) {
      this.book.set(id, err instanceof Error ? err : new Error(String(err)));
    }
    this.render();
  }
}

function asItem(layer: string, f: GeoFeature): PlanItem {
  const p = f.properties ?? {};
  const item: PlanItem = { layer, id: String(f.id), name: { zh: String(p.name_zh ?? ""), en: String(p.name_en ?? "") }, properties: p };
  if (p.plan_section) item.plan = String(p.plan_section);
  if (p.plan_quote) item.quote = String(p.plan_quote);
  return item;
}

/** Baseline and target of an indicator, with unit and year. */
function values(p: Record<string, unknown>): string {
  const part = (v: unknown, year: unknown) => (v === null || v === undefined ? "" : `${String(v)}${year ? ` (${String(year)})` : ""}`);
  const ends = [part(p.baseline, p.baseline_year), part(p.target, p.target_year)].filter(Boolean);
  return [ends.join(" → "), p.measure].filter(Boolean).map(String).join(" ");
}
