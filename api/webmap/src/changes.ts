// What changed between two answers about one site: after its boundary was moved, a question answered or another day chosen.
import { el } from "./dom";
import { areaParts } from "./format";
import { pick, t, word } from "./i18n";
import { shownVerdict, type Answer, type Finding } from "./model";

const key = (f: Finding) => `${f.rule}/${f.layer}/${f.feature}/${f.counts_as ?? f.verdict}`;

export function changesBox(before: Answer, now: Answer): HTMLElement {
  const [was, is] = [shownVerdict(before), shownVerdict(now)];
  const lines: string[] = [was === is ? t("verdictSame", { v: word("verdict", is) }) : t("verdictChanged", { was: word("verdict", was), is: word("verdict", is) })];
  const [a, b] = [before.site?.area?.m2, now.site?.area?.m2];
  if (typeof a === "number" && typeof b === "number" && Math.abs(a - b) >= 0.005) {
    lines.push(t("areaChanged", { by: `${b > a ? "+" : "−"}${areaParts({ m2: Math.abs(b - a), ha: Math.abs(b - a) / 1e4 }).ha}` }));
  }
  const [old, fresh] = [new Set((before.findings ?? []).map(key)), new Set((now.findings ?? []).map(key))];
  const gone = (before.findings ?? []).filter((f) => !fresh.has(key(f)));
  const come = (now.findings ?? []).filter((f) => !old.has(key(f)));
  if (gone.length > 0) lines.push(t("findingsGone", { n: gone.length, names: names(gone) }));
  if (come.length > 0) lines.push(t("findingsNew", { n: come.length, names: names(come) }));
  return el("section", { class: "changes", "data-testid": "changes", role: "status" }, el("h3", {}, t("changes")), el("ul", {}, ...lines.map((l) => el("li", {}, l))));
}

/** The names of the features, each once, the first few. */
function names(findings: Finding[]): string {
  const all = [...new Set(findings.map((f) => pick(f.feature_name) || f.feature || f.rule || "—"))];
  return all.slice(0, 4).join(" · ") + (all.length > 4 ? " …" : "");
}
