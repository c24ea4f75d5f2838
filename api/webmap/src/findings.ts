// The findings of a check, grouped by what they count as, the worst first; each leads to its conflict on the map.
import { badge, el } from "./dom";
import { areaParts, metres, percent } from "./format";
import { pick, t, word } from "./i18n";
import { findFeature, nameOf, titleOf, type AtlasLayer } from "./layers";
import { verdictOf, type Answer, type Finding, type LayerResult } from "./model";

export interface FindingActions {
  /** The conflict of a finding is to be shown on the map, with the band of its uncertainty. */
  show(finding: Finding): void;
}

/** A layer that is not on the map, such as one that is not public, has its title in the answer. */
export function layerTitle(layers: AtlasLayer[], rows: LayerResult[], id: string | undefined): string {
  const layer = layers.find((l) => l.collection.id === id);
  return layer ? titleOf(layer) : pick(rows.find((r) => r.layer === id)?.titles) || id || "—";
}

const order = ["prohibited", "restricted", "incomplete", "advisory"];
/** A group of mere advice is folded when it is longer than this and stands below others. */
const short = 4;

export function findingsBox(answer: Answer, layers: AtlasLayer[], actions: FindingActions): HTMLElement {
  const findings = answer.findings ?? [];
  const box = el("section", { "data-testid": "findings" }, el("h3", {}, `${t("findings")} (${findings.length})`));
  if (findings.length === 0) {
    box.append(el("p", { class: "note" }, t("noFindings")));
    return box;
  }
  const groups = new Map<string, Finding[]>(order.map((v) => [v, []]));
  for (const f of findings) {
    const counts = f.counts_as ?? f.verdict ?? "none";
    groups.set(counts, [...(groups.get(counts) ?? []), f]);
  }
  let above = 0;
  for (const [verdict, group] of groups) {
    if (group.length === 0) continue;
    const cards = group.map((f) => findingCard(f, layers, answer.layers ?? [], actions));
    const folded = verdict === "advisory" && above > 0 && group.length > short;
    box.append(
      el(
        "details",
        { class: "group", open: !folded, "data-testid": "finding-group", "data-verdict": verdict },
        el("summary", {}, el("h4", { class: `verdict-word ${verdictOf(verdict)}` }, `${word("group", verdict)} (${group.length})`)),
        el("ol", {}, ...cards),
      ),
    );
    above += group.length;
  }
  return box;
}

function findingCard(f: Finding, layers: AtlasLayer[], rows: LayerResult[], actions: FindingActions): HTMLElement {
  const feature = findFeature(layers, f.layer, f.feature);
  const name = (feature && nameOf(feature)) || pick(f.feature_name) || f.feature || t("nameWithheld");
  const law = [f.law, f.article].filter(Boolean).join(" ");
  const softened = f.counts_as !== undefined && f.counts_as !== f.verdict;
  const show = el("button", { type: "button", class: "link", "data-testid": "show-conflict", "aria-label": `${t("showConflict")}: ${name}`, onclick: () => actions.show(f) }, t("showConflict"));
  return el(
    "li",
    { class: `finding finding-${verdictOf(f.counts_as ?? f.verdict)}`, "data-testid": "finding", "data-layer": f.layer, "data-feature": f.feature },
    el("p", { class: "finding-head" }, el("strong", {}, name), el("small", {}, ` ${layerTitle(layers, rows, f.layer)}`)),
    el(
      "p",
      { class: "finding-facts" },
      softened && el("span", {}, t("ruleSays"), " ", badge(`verdict-badge ${verdictOf(f.verdict)}`, word("verdict", f.verdict))),
      badge(`certainty-${f.certainty ?? "none"}`, f.certainty ? word("certainty", f.certainty) : t("certaintyNone")),
      el("span", {}, measures(f)),
    ),
    pick(f.text) && el("p", {}, pick(f.text)),
    law && el("p", {}, el("cite", {}, law)),
    el("div", { class: "row finding-foot" }, show, more(f)),
  );
}

/** What a reader looks up only when the finding matters to him. */
function more(f: Finding): HTMLElement | null {
  const lines = [
    f.rule && el("p", {}, t("rule", { id: f.rule }), f.basis ? ` (${word("basis", f.basis)})` : ""),
    f.verified === false && el("p", { class: "note" }, t("unverified")),
    pick(f.requires) && el("p", {}, `${t("requires")}: ${pick(f.requires)}`),
    pick(f.authority) && el("p", {}, `${t("authority")}: ${pick(f.authority)}`),
    ...(f.exemptions ?? []).map((e) => el("p", {}, `${t("exemption")}: ${[pick(e.for), pick(e.approval), pick(e.authority)].filter(Boolean).join(" · ")}`)),
    ...(f.notes ?? []).map((n) => el("p", { class: "note" }, pick(n))),
    citation(f),
  ].filter((line) => line instanceof Node);
  return lines.length > 0 ? el("details", { class: "more" }, el("summary", {}, t("basisAndNotes")), ...lines) : null;
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
  if (typeof f.accuracy_m === "number" && f.accuracy_m > 0) parts.push(t("accuracyShort", { m: metres(f.accuracy_m) }));
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
