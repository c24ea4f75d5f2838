// The answer of a check as a person reads it: verdict, area, layers, findings, questions, provenance.
// Colour only repeats what a word says; what was not checked stands out as much as a hit.
import { checkURL } from "./api";
import { badge, el } from "./dom";
import { areaParts, metres, percent } from "./format";
import { lang, pick, t, word } from "./i18n";
import { findFeature, nameOf, titleOf, type AtlasLayer } from "./layers";
import { outcomeOf, shownVerdict, verdictOf, type Answer, type Area, type Finding, type LayerResult, type Outcome } from "./model";

export interface ResultActions {
  /** The conflict of a finding is to be shown on the map. */
  show(finding: Finding): void;
}

const worstFirst: Outcome[] = ["hit", "not_checked", "touches", "no_data", "clear"];

export function renderAnswer(answer: Answer, layers: AtlasLayer[], actions: ResultActions): HTMLElement {
  const rows = layerRows(answer, layers);
  return el(
    "div",
    { class: "answer" },
    verdictBox(answer, rows, layers),
    siteBox(answer),
    layerTable(rows, layers),
    findingsBox(answer, layers, actions),
    questionsBox(answer),
    footer(answer),
  );
}

/** The rows of the answer, and a row "not checked" for each layer of the map that the answer leaves out. */
function layerRows(answer: Answer, layers: AtlasLayer[]): LayerResult[] {
  const rows = [...(answer.layers ?? [])];
  const named = new Set(rows.map((r) => r.layer));
  for (const l of layers) {
    if (!named.has(l.collection.id)) rows.push({ layer: l.collection.id, reason: t("notInAnswer") });
  }
  const rank = (r: LayerResult) => worstFirst.indexOf(outcomeOf(r.outcome));
  return rows.sort((a, b) => rank(a) - rank(b));
}

/** A layer that is not on the map, such as one that is not public, has its title in the answer. */
function layerTitle(layers: AtlasLayer[], rows: LayerResult[], id: string | undefined): string {
  const layer = layers.find((l) => l.collection.id === id);
  return layer ? titleOf(layer) : pick(rows.find((r) => r.layer === id)?.titles) || id || "—";
}

function verdictBox(answer: Answer, rows: LayerResult[], layers: AtlasLayer[]): HTMLElement {
  const shown = shownVerdict(answer);
  const gaps = rows.filter((r) => outcomeOf(r.outcome) === "not_checked");
  const said = verdictOf(answer.verdict);
  const names = gaps.map((r) => layerTitle(layers, rows, r.layer)).join(lang() === "zh" ? "、" : ", ");
  return el(
    "section",
    { class: `verdict verdict-${shown}`, "data-testid": "verdict", "data-verdict": shown, "aria-live": "polite" },
    el("h2", { tabindex: -1 }, word("verdict", shown)),
    el("p", { "data-testid": "summary" }, pick(answer.summary) || t("noSummary")),
    said !== shown && el("p", {}, el("strong", {}, t("downgraded", { said: word("verdict", said) }))),
    gaps.length > 0 && el("p", { "data-testid": "gaps" }, el("strong", {}, t("notCheckedLayers", { n: gaps.length, names }))),
  );
}

function siteBox(answer: Answer): HTMLElement {
  const site = answer.site;
  const area = areaParts(site?.area);
  const remainder = answer.remainder?.area;
  const notices = site?.input?.notices ?? [];
  return el(
    "section",
    {},
    el("h3", {}, t("siteArea")),
    el(
      "p",
      { class: "area", "data-testid": "area", "data-m2": site?.area?.m2 },
      el("span", {}, area.m2),
      el("span", {}, area.ha),
      el("span", {}, area.mu),
    ),
    typeof site?.accuracy_m === "number" && site.accuracy_m > 0 && el("p", { class: "note" }, t("siteAccuracy", { m: metres(site.accuracy_m) })),
    typeof remainder?.m2 === "number" && el("p", { class: "note" }, `${t("remainder")}: ${Object.values(areaParts(remainder)).join(" · ")}`),
    notices.length > 0 && el("details", {}, el("summary", {}, t("notices")), el("ul", {}, ...notices.map((n) => el("li", {}, pick(n))))),
  );
}

function overlapText(overlap: Area | undefined): HTMLElement[] {
  if (typeof overlap?.m2 !== "number" || (overlap.m2 === 0 && !overlap.share)) return [el("span", {}, "—")];
  const parts = areaParts(overlap);
  const lines = [parts.m2, parts.ha, parts.mu];
  if (typeof overlap.share === "number") lines.push(t("shareOfSite", { p: percent(overlap.share) }));
  return lines.map((line) => el("span", {}, line));
}

function layerTable(rows: LayerResult[], layers: AtlasLayer[]): HTMLElement {
  const line = (r: LayerResult) => {
    const outcome = outcomeOf(r.outcome);
    return el(
      "tr",
      { "data-testid": "layer-row", "data-layer": r.layer, "data-outcome": outcome, class: `outcome-${outcome}` },
      el(
        "th",
        { scope: "row" },
        layerTitle(layers, rows, r.layer),
        r.reason ? el("small", {}, pick(r.reason)) : null,
        r.data_date ? el("small", {}, `${t("dataDate")} ${r.data_date}`) : null,
      ),
      el("td", {}, badge(`outcome-${outcome}`, word("outcome", outcome))),
      el("td", { class: "figures" }, ...overlapText(r.overlap)),
      el("td", { class: "figures" }, typeof r.nearest_m === "number" ? metres(r.nearest_m, r.nearest_m < 100 ? 2 : 0) : "—"),
    );
  };
  const head = [t("layer"), t("outcome"), t("overlap"), t("nearest")].map((h) => el("th", { scope: "col" }, h));
  return el(
    "section",
    {},
    el("h3", {}, t("layerTable")),
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("layerTable") }, el("table", { "data-testid": "layer-table" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows.map(line)))),
  );
}

function findingsBox(answer: Answer, layers: AtlasLayer[], actions: ResultActions): HTMLElement {
  const box = el("section", { "data-testid": "findings" }, el("h3", {}, t("findings")));
  const groups = new Map<string, Finding[]>([["prohibited", []], ["restricted", []], ["advisory", []]]);
  for (const f of answer.findings ?? []) {
    const verdict = f.verdict ?? "none";
    groups.set(verdict, [...(groups.get(verdict) ?? []), f]);
  }
  for (const [verdict, findings] of groups) {
    if (findings.length === 0) continue;
    box.append(
      el("h4", { class: `verdict-word ${verdict}` }, `${word("verdict", verdict)} (${findings.length})`),
      el("ol", {}, ...findings.map((f) => findingCard(f, layers, answer.layers ?? [], actions))),
    );
  }
  if ((answer.findings ?? []).length === 0) box.append(el("p", { class: "note" }, t("noFindings")));
  return box;
}

function findingCard(f: Finding, layers: AtlasLayer[], rows: LayerResult[], actions: ResultActions): HTMLElement {
  const feature = findFeature(layers, f.layer, f.feature);
  const certainty = f.certainty ? word("certainty", f.certainty) : t("certaintyNone");
  const law = [f.law, f.article].filter(Boolean).join(" ");
  const show = el("button", { type: "button", class: "link", onclick: () => actions.show(f) }, t("showConflict"));
  return el(
    "li",
    { class: `finding finding-${verdictOf(f.verdict)}`, "data-testid": "finding", "data-layer": f.layer, "data-feature": f.feature },
    el("p", { class: "finding-head" }, el("strong", {}, feature ? nameOf(feature) : pick(f.feature_name) || f.feature || "—"), ` · ${layerTitle(layers, rows, f.layer)}`),
    el("p", {}, badge(`certainty-${f.certainty ?? "none"}`, certainty), " ", measures(f)),
    pick(f.text) && el("p", {}, pick(f.text)),
    law && el("p", {}, el("cite", {}, law), f.basis ? ` (${word("basis", f.basis)})` : "", f.rule ? ` · ${t("rule", { id: f.rule })}` : ""),
    !law && f.rule && el("p", {}, t("rule", { id: f.rule }), f.basis ? ` (${word("basis", f.basis)})` : ""),
    f.verified === false && el("p", { class: "note" }, t("unverified")),
    f.requires && el("p", {}, `${t("requires")}: ${pick(f.requires)}`),
    ...(f.notes ?? []).map((n) => el("p", { class: "note" }, pick(n))),
    citation(f),
    show,
  );
}

function measures(f: Finding): string {
  const parts = [word("relation", f.relation)];
  if (typeof f.overlap?.m2 === "number" && f.overlap.m2 > 0) {
    const a = areaParts(f.overlap);
    parts.push(`${a.m2} · ${a.ha} · ${a.mu}`);
    if (typeof f.overlap.share === "number") parts.push(t("shareOfSite", { p: percent(f.overlap.share) }));
  }
  if (typeof f.distance_m === "number" && typeof f.threshold_m === "number" && f.threshold_m > 0) {
    parts.push(t("distanceOf", { d: metres(f.distance_m), limit: metres(f.threshold_m) }));
    if (f.measured_from) parts.push(word("from", f.measured_from));
  } else if (typeof f.distance_m === "number" && f.distance_m > 0) {
    parts.push(t("distance", { d: metres(f.distance_m) }));
  }
  return parts.filter(Boolean).join(" · ");
}

function citation(f: Finding): HTMLElement | null {
  const c = f.citation;
  if (!c?.plan && !c?.quote) return null;
  return el(
    "figure",
    { class: "citation" },
    c.plan ? el("figcaption", {}, t("planSection", { section: c.plan })) : null,
    c.quote ? el("blockquote", { lang: "zh-Hans" }, `“${c.quote}”`) : null,
  );
}

function questionsBox(answer: Answer): HTMLElement | null {
  const questions = answer.questions ?? [];
  if (questions.length === 0) return null;
  const item = (q: (typeof questions)[number]) =>
    el(
      "li",
      {},
      el("p", {}, pick(q.text) || q.attribute || "—"),
      el("p", { class: "note" }, [q.if_true && t("ifTrue", { v: word("verdict", q.if_true) }), q.if_false && t("ifFalse", { v: word("verdict", q.if_false) })].filter(Boolean).join(" · ")),
    );
  return el("section", { "data-testid": "questions" }, el("h3", {}, t("questions")), el("ul", {}, ...questions.map(item)));
}

function footer(answer: Answer): HTMLElement {
  const p = answer.provenance;
  return el(
    "section",
    { class: "note" },
    answer.id ? el("p", {}, el("a", { href: checkURL(answer.id), "data-testid": "check-link" }, `${t("archived")} ${answer.id}`)) : null,
    p?.snapshot || p?.software ? el("p", {}, t("provenance", { snapshot: p.snapshot ?? "—", software: p.software ?? "" })) : null,
  );
}
