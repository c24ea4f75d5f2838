// The answer of a check as a person reads it: verdict, questions, area, findings, layers, report.
// Colour only repeats what a word says.
import { reportURL } from "./api";
import { changesBox } from "./changes";
import { el } from "./dom";
import { findingsBox, layerTitle, type FindingActions } from "./findings";
import { areaParts, metres } from "./format";
import { lang, pick, t, word } from "./i18n";
import { layerRows, layerTable, outcomeCounts } from "./layertable";
import type { AtlasLayer } from "./layers";
import { outcomeOf, shownVerdict, verdictOf, type Answer, type LayerResult } from "./model";
import { questionsBox, saidBox, type Names, type QuestionActions } from "./questions";

export type ResultActions = FindingActions & QuestionActions;

/** Draws an answer; `before` is that of the same site a moment ago, of which the changes are told. */
export function renderAnswer(answer: Answer, before: Answer | undefined, layers: AtlasLayer[], names: Names, actions: ResultActions): HTMLElement {
  const rows = layerRows(answer, layers);
  return el(
    "div",
    { class: "answer" },
    verdictBox(answer, rows, layers),
    before && changesBox(before, answer),
    questionsBox(answer, actions),
    saidBox(answer, names, actions),
    siteBox(answer),
    findingsBox(answer, layers, actions),
    layerTable(rows, layers),
    reportBox(answer),
    provenance(answer),
  );
}

/** The sentences of a summary; the first is the verdict in one sentence. */
export function sentencesOf(summary: string): string[] {
  return summary.match(/[^。]*。|.+?(?:\.(?=\s[A-Z])|$)/gsu)?.map((s) => s.trim()).filter(Boolean) ?? [];
}

function verdictBox(answer: Answer, rows: LayerResult[], layers: AtlasLayer[]): HTMLElement {
  const gaps = rows.filter((r) => outcomeOf(r.outcome) === "not_checked");
  const answered = shownVerdict(answer);
  // A layer of the map that the answer leaves out is a gap too.
  const shown = gaps.length > 0 && (answered === "clear" || answered === "advisory") ? "incomplete" : answered;
  const said = verdictOf(answer.verdict);
  const [lead, ...rest] = sentencesOf(pick(answer.summary) || t("noSummary"));
  return el(
    "section",
    { class: `verdict verdict-${shown}`, "data-testid": "verdict", "data-verdict": shown, "aria-live": "polite" },
    el("h2", { tabindex: -1 }, word("verdict", shown)),
    said !== shown && el("p", {}, el("strong", {}, t("downgraded", { said: word("verdict", said) }))),
    el("div", { "data-testid": "summary" }, el("p", { class: "lead" }, lead), rest.length > 0 && el("ul", { class: "reasons" }, ...rest.map((s) => el("li", {}, s)))),
    gaps.length > 0 && el("p", { "data-testid": "gaps" }, el("strong", {}, gapSentence(gaps, rows, layers))),
    outcomeCounts(rows),
  );
}

/** Names the layers that were not checked, the first of them when there are many; the table has them all. */
function gapSentence(gaps: LayerResult[], rows: LayerResult[], layers: AtlasLayer[]): string {
  const few = gaps.slice(0, 3).map((r) => layerTitle(layers, rows, r.layer));
  const names = few.join(lang() === "zh" ? "、" : ", ");
  return t(gaps.length > few.length ? "notCheckedMany" : "notCheckedLayers", { n: gaps.length, names });
}

function siteBox(answer: Answer): HTMLElement {
  const site = answer.site;
  const area = areaParts(site?.area);
  const remainder = answer.remainder?.area;
  const notices = site?.input?.notices ?? [];
  const input = [site?.input?.format, site?.input?.crs].filter(Boolean).join(" · ");
  return el(
    "section",
    {},
    el("h3", {}, t("siteArea")),
    el("p", { class: "area", "data-testid": "area", "data-m2": site?.area?.m2 }, el("span", {}, area.m2), el("span", {}, area.ha), el("span", {}, area.mu)),
    input && el("p", { class: "note" }, `${t("readAs")} ${input}`),
    typeof site?.accuracy_m === "number" && site.accuracy_m > 0 && el("p", { class: "note" }, t("siteAccuracy", { m: metres(site.accuracy_m) })),
    typeof remainder?.m2 === "number" && el("p", { class: "note" }, `${t("remainder")}: ${Object.values(areaParts(remainder)).join(" · ")}`),
    notices.length > 0 && el("details", { "data-testid": "notices" }, el("summary", {}, `${t("notices")} (${notices.length})`), el("ul", {}, ...notices.map((n) => el("li", {}, pick(n))))),
  );
}

const reports = [
  ["pdf", "PDF"],
  ["xlsx", "XLSX"],
  ["html", "HTML"],
  ["geojson", "GeoJSON"],
] as const;

function reportBox(answer: Answer): HTMLElement | null {
  const id = answer.id;
  if (!id) return null;
  const page = new URL(location.href);
  page.hash = new URLSearchParams({ lang: lang(), check: id }).toString();
  const link = el("input", { type: "text", readonly: true, value: page.href, id: "permanent-link", "data-testid": "permanent-link", onfocus: () => link.select() });
  const copied = el("span", { role: "status" });
  const copy = async () => {
    link.select();
    const done = await navigator.clipboard?.writeText(page.href).then(() => true, () => false);
    copied.textContent = done ? t("copied") : t("copyByHand");
  };
  return el(
    "section",
    { "data-testid": "report" },
    el("h3", {}, t("report")),
    el("p", { class: "row" }, ...reports.map(([f, name]) => el("a", { class: "button", href: reportURL(id, f, lang()), target: f === "html" ? "_blank" : undefined, rel: "noopener", download: f === "html" ? undefined : `planatlas-${id}.${f}`, "data-testid": `report-${f}` }, name))),
    el("label", { for: "permanent-link" }, t("permanentLink")),
    el("div", { class: "row nowrap" }, link, el("button", { type: "button", "data-testid": "copy-link", onclick: () => void copy() }, t("copy"))),
    copied,
  );
}

function provenance(answer: Answer): HTMLElement {
  const p = answer.provenance;
  return el(
    "section",
    { class: "note" },
    answer.id && el("p", {}, `${t("archived")} `, el("code", { "data-testid": "check-id" }, answer.id)),
    (p?.snapshot || p?.software) && el("p", {}, t("provenance", { day: p.day ?? "—", snapshot: p.snapshot ?? "—", software: p.software ?? "" })),
  );
}
