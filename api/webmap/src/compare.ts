// Alternatives side by side: the list of those that were set aside, and the table of their comparison.
import { badge, el } from "./dom";
import { areaParts } from "./format";
import { lang, pick, t, word } from "./i18n";
import { layerRows, overlapText } from "./layertable";
import { layerTitle } from "./findings";
import type { AtlasLayer } from "./layers";
import { outcomeOf, shownVerdict, verdictOf, type Alternatives, type Answer, type Area, type LayerResult, type Shape } from "./model";
import { sentencesOf } from "./result";

/** A site that is to be compared with others. */
export interface Alternative {
  name: string;
  geometry: Shape;
}

/** One column of the comparison. What only the service ranks is missing when archived checks are laid side by side. */
export interface Column {
  label: string;
  name: string;
  answer: Answer;
  rank?: number;
  prohibited?: Area;
  restricted?: Area;
}

/** The letters by which alternatives are told apart on the map: 甲 乙 丙 …, or A B C …. */
export function letter(i: number): string {
  const stems = "甲乙丙丁戊己庚辛壬癸";
  return lang() === "zh" && i < stems.length ? stems[i]! : String.fromCharCode(65 + (i % 26));
}

/** The columns of an answer to a comparison, in its order: best first. */
export function columnsOf(found: Alternatives): Column[] {
  return found.sites.map((s, i) => ({
    label: letter(s.index ?? i),
    name: s.name || letter(s.index ?? i),
    answer: s.answer,
    ...(s.rank === undefined ? {} : { rank: s.rank }),
    ...(s.prohibited ? { prohibited: s.prohibited } : {}),
    ...(s.restricted ? { restricted: s.restricted } : {}),
  }));
}

export interface TrayActions {
  remove(index: number): void;
  compare(): void;
}

/** What was set aside; null while there is nothing. */
export function tray(alternatives: Alternative[], actions: TrayActions): HTMLElement | null {
  if (alternatives.length === 0) return null;
  const item = (a: Alternative, i: number) =>
    el("li", { "data-testid": "alternative" }, badge("letter", letter(i)), ` ${a.name} `, el("button", { type: "button", class: "link", "aria-label": `${t("remove")}: ${a.name}`, onclick: () => actions.remove(i) }, t("remove")));
  return el(
    "section",
    { class: "tray", "data-testid": "tray" },
    el("h2", { class: "sub" }, t("alternatives", { n: alternatives.length })),
    el("ol", {}, ...alternatives.map(item)),
    alternatives.length < 2
      ? el("p", { class: "note" }, t("alternativesMore"))
      : el("button", { type: "button", class: "primary", "data-testid": "compare", onclick: () => actions.compare() }, t("compareNow")),
  );
}

export interface ComparisonActions {
  zoom(column: Column): void;
  open(column: Column): void;
  close(): void;
}

/** The table: a column for each site, a row for each criterion; layers in which all are alike and clear are left to the end. */
export function comparisonBox(columns: Column[], ranking: string, layers: AtlasLayer[], actions: ComparisonActions): HTMLElement {
  const rows = columns.map((c) => layerRows(c.answer, layers));
  const head = el("tr", {}, el("td", {}), ...columns.map((c) => columnHead(c, actions)));
  const table = el(
    "table",
    { class: "comparison", "data-testid": "comparison-table" },
    el("thead", {}, head),
    el("tbody", {}, ...figures(columns, rows), ...layerLines(rows, layers)),
  );
  return el(
    "section",
    { "data-testid": "comparison" },
    el("h2", { tabindex: -1 }, t("comparison", { n: columns.length })),
    ranking && el("p", { class: "note" }, ranking),
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("comparison", { n: columns.length }) }, table),
    el("button", { type: "button", "data-testid": "close-comparison", onclick: () => actions.close() }, t("closeComparison")),
  );
}

function columnHead(c: Column, actions: ComparisonActions): HTMLElement {
  return el(
    "th",
    { scope: "col", "data-testid": "comparison-site", "data-check": c.answer.id },
    badge("letter", c.label),
    el("span", { class: "name" }, c.name),
    el("button", { type: "button", class: "link", "aria-label": `${t("showConflict")}: ${c.name}`, onclick: () => actions.zoom(c) }, t("locate")),
    el("button", { type: "button", class: "link", "data-testid": "open-alternative", "aria-label": `${t("openCheck")}: ${c.name}`, onclick: () => actions.open(c) }, t("openCheck")),
  );
}

function figures(columns: Column[], rows: LayerResult[][]): HTMLElement[] {
  const line = (title: string, cell: (c: Column, i: number) => (Node | string)[] | Node | string) =>
    el("tr", {}, el("th", { scope: "row" }, title), ...columns.map((c, i) => el("td", {}, ...[cell(c, i)].flat())));
  const count = (i: number, outcome: string) => String(rows[i]!.filter((r) => outcomeOf(r.outcome) === outcome).length);
  const short = (a: Area | undefined) => (typeof a?.m2 === "number" ? areaParts(a).ha : "—");
  const counting = (a: Answer, verdict: string) => String((a.findings ?? []).filter((f) => (f.counts_as ?? f.verdict) === verdict).length);
  const ranked = columns.some((c) => c.rank !== undefined);
  const onlyRanked = (...lines: HTMLElement[]) => (ranked ? lines : []);
  return [
    ...onlyRanked(line(t("rank"), (c) => (c.rank === undefined ? "—" : String(c.rank)))),
    line(t("verdictWord"), (c) => {
      const v = shownVerdict(c.answer);
      return [badge(`verdict-badge ${verdictOf(v)}`, word("verdict", v)), el("small", {}, sentencesOf(pick(c.answer.summary))[0] ?? "")];
    }),
    line(t("siteArea"), (c) => [short(c.answer.site?.area), el("small", {}, areaParts(c.answer.site?.area).mu)]),
    ...onlyRanked(line(t("prohibitedCertain"), (c) => short(c.prohibited)), line(t("restrictedCertain"), (c) => short(c.restricted))),
    line(word("group", "prohibited"), (c) => counting(c.answer, "prohibited")),
    line(word("group", "restricted"), (c) => counting(c.answer, "restricted")),
    line(word("group", "incomplete"), (c) => counting(c.answer, "incomplete")),
    line(word("group", "advisory"), (c) => counting(c.answer, "advisory")),
    line(t("openQuestions"), (c) => String((c.answer.questions ?? []).length)),
    line(word("outcome", "not_checked"), (_, i) => [badge("outcome-not_checked", t("layersCount", { n: count(i, "not_checked") }))]),
    line(word("outcome", "no_data"), (_, i) => [badge("outcome-no_data", t("layersCount", { n: count(i, "no_data") }))]),
  ];
}

/** The layers that some site hits, or in which the sites differ. */
function layerLines(rows: LayerResult[][], layers: AtlasLayer[]): HTMLElement[] {
  const ids = [...new Set(rows.flat().map((r) => r.layer))];
  const of = (i: number, id: string) => rows[i]!.find((r) => r.layer === id);
  const telling = ids.filter((id) => {
    const outcomes = rows.map((_, i) => outcomeOf(of(i, id)?.outcome));
    return outcomes.includes("hit") || outcomes.includes("touches") || new Set(outcomes).size > 1;
  });
  return telling.map((id) =>
    el(
      "tr",
      { "data-testid": "comparison-layer", "data-layer": id },
      el("th", { scope: "row" }, layerTitle(layers, rows.flat(), id)),
      ...rows.map((_, i) => {
        const r = of(i, id);
        const outcome = outcomeOf(r?.outcome);
        return el("td", {}, badge(`outcome-${outcome}`, word("outcome", outcome)), ...(r?.overlap?.m2 ? [el("small", { class: "figures" }, ...overlapText(r.overlap))] : []));
      }),
    ),
  );
}
