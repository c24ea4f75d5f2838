// What the check found layer by layer; what was not checked stands out as much as a hit.
import { badge, el } from "./dom";
import { layerTitle } from "./findings";
import { areaParts, metres, percent } from "./format";
import { lang, pick, t, word } from "./i18n";
import type { AtlasLayer } from "./layers";
import { outcomeOf, type Answer, type Area, type LayerResult, type Outcome } from "./model";

const worstFirst: Outcome[] = ["hit", "not_checked", "touches", "no_data", "clear"];

/** The rows of the answer, and a row "not checked" for each layer of the map that the answer leaves out. */
export function layerRows(answer: Answer, layers: AtlasLayer[]): LayerResult[] {
  const rows = [...(answer.layers ?? [])];
  const named = new Set(rows.map((r) => r.layer));
  for (const l of layers) {
    if (!named.has(l.collection.id)) rows.push({ layer: l.collection.id, reason: t("notInAnswer") });
  }
  const rank = (r: LayerResult) => worstFirst.indexOf(outcomeOf(r.outcome));
  return rows.sort((a, b) => rank(a) - rank(b));
}

/** How many layers came to each outcome, as badges. */
export function outcomeCounts(rows: LayerResult[]): HTMLElement {
  const count = (outcome: Outcome) => rows.filter((r) => outcomeOf(r.outcome) === outcome).length;
  const items = worstFirst.filter((o) => count(o) > 0).map((o) => el("li", {}, badge(`outcome-${o}`, `${word("outcome", o)} ${count(o)}`)));
  return el("ul", { class: "counts", "aria-label": t("layerTable"), "data-testid": "counts" }, ...items);
}

export function layerTable(rows: LayerResult[], layers: AtlasLayer[]): HTMLElement {
  const here = rows.filter((r) => !r.absent);
  const absent = rows.filter((r) => r.absent);
  const head = [t("layer"), t("outcome"), t("overlap"), t("nearest")].map((h) => el("th", { scope: "col" }, h));
  const table = el("table", { "data-testid": "layer-table" }, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...here.map((r) => line(r, rows, layers))));
  return el(
    "section",
    {},
    el("h3", {}, t("layerTable")),
    el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": t("layerTable") }, table),
    absent.length > 0 && absentLayers(absent, rows, layers),
  );
}

function line(r: LayerResult, rows: LayerResult[], layers: AtlasLayer[]): HTMLElement {
  const outcome = outcomeOf(r.outcome);
  const reason = pick(r.reason);
  return el(
    "tr",
    { "data-testid": "layer-row", "data-layer": r.layer, "data-outcome": outcome, class: `outcome-${outcome}` },
    el(
      "th",
      { scope: "row" },
      layerTitle(layers, rows, r.layer),
      reason ? el("details", {}, el("summary", {}, shortened(reason)), el("small", {}, reason)) : null,
      r.data_date ? el("small", {}, `${t("dataDate")} ${r.data_date}`) : null,
    ),
    el("td", {}, badge(`outcome-${outcome}`, word("outcome", outcome))),
    el("td", { class: "figures" }, ...overlapText(r.overlap)),
    el("td", { class: "figures" }, typeof r.nearest_m === "number" ? metres(r.nearest_m, r.nearest_m < 100 ? 2 : 0) : "—"),
  );
}

/** The beginning of a reason, up to its first stop; the whole of it is behind it. */
function shortened(reason: string): string {
  const first = reason.split(/[：:；;。（(]/)[0]!.trim();
  return first.length < reason.length ? `${first}…` : first;
}

/** The layers that rules speak of and nobody has loaded: as loud as the others, but in one line until they are wanted. */
function absentLayers(absent: LayerResult[], rows: LayerResult[], layers: AtlasLayer[]): HTMLElement {
  const names = absent.map((r) => el("li", { "data-testid": "layer-row", "data-layer": r.layer, "data-outcome": outcomeOf(r.outcome) }, layerTitle(layers, rows, r.layer)));
  return el(
    "details",
    { class: "absent", "data-testid": "absent" },
    el("summary", {}, badge("outcome-not_checked", word("outcome", "not_checked")), " ", el("strong", {}, t("absentLayers", { n: absent.length }))),
    el("ul", { class: lang() === "zh" ? "columns" : "" }, ...names),
  );
}

export function overlapText(overlap: Area | undefined | null): HTMLElement[] {
  if (typeof overlap?.m2 !== "number" || (overlap.m2 === 0 && !overlap.share)) return [el("span", {}, "—")];
  const parts = areaParts(overlap);
  const lines = [parts.m2, parts.ha, parts.mu];
  if (typeof overlap.share === "number") lines.push(t("shareOfSite", { p: percent(overlap.share) }));
  return lines.map((text) => el("span", {}, text));
}
