// A file as the service understood it, before it is checked: plots, notices, faults that can be looked at, and the choices
// that its reading leaves open.
import { ApiError, type Choices } from "./api";
import { el } from "./dom";
import { areaParts } from "./format";
import { pick, t } from "./i18n";
import type { Fault, Plot, Problem, ReadSites } from "./model";

export interface HandedInActions {
  /** Goes to where a fault is. */
  showFault(fault: Fault): void;
  /** Has the file read once more, with more said about it. */
  again(choices: Choices): void;
  check(): void;
  /** Takes each plot as an alternative. */
  compare(): void;
}

const most = 20;

/** A file that was read: what it holds, and what can be done with it. */
export function readBox(name: string, read: ReadSites, choices: Choices, actions: HandedInActions): HTMLElement {
  const plots = read.features.map((f) => f.properties);
  const faults = plots.flatMap((p) => (p.repair ? [] : (p.faults ?? [])));
  const facts = [read.format, read.encoding, read.crs].filter(Boolean).join(" · ");
  const sound = read.sound !== false;
  return el(
    "section",
    { class: "handed-in", "data-testid": "handed-in", "data-sound": String(sound) },
    el("h2", { class: "sub", tabindex: -1 }, t("fileRead", { name, n: plots.length })),
    el("p", { class: "note" }, `${t("readAs")} ${facts}`),
    el("ul", {}, ...plots.slice(0, most).map((p, i) => plotLine(p, i))),
    plots.length > most && el("p", { class: "note" }, t("morePlots", { n: plots.length - most })),
    ...(read.notices ?? []).map((n) => el("p", { class: "notice", "data-testid": "read-notice" }, pick(n))),
    faults.length > 0 && faultList(faults, actions),
    sound
      ? el(
          "div",
          { class: "row" },
          el("button", { type: "button", class: "primary", "data-testid": "check-read", onclick: () => actions.check() }, plots.length > 1 ? t("checkAsOne") : t("checkThis")),
          plots.length > 1 && plots.length <= most && el("button", { type: "button", "data-testid": "compare-read", onclick: () => actions.compare() }, t("comparePlots")),
        )
      : el("button", { type: "button", class: "primary", "data-testid": "repair", onclick: () => actions.again({ ...choices, repair: true }) }, t("repair")),
  );
}

function plotLine(p: Plot, i: number): HTMLElement {
  const area = areaParts(p.area);
  const name = p.name || p.number || t("plotNumber", { n: i + 1 });
  const parts = [`${name}: ${area.m2} · ${area.ha} · ${area.mu}`];
  if (typeof p.declared_ha === "number") parts.push(t("declared", { v: areaParts({ ha: p.declared_ha }).ha }));
  if (p.repair) parts.push(t("repaired", { before: areaParts({ m2: p.repair.before_m2 }).m2, after: areaParts({ m2: p.repair.after_m2 }).m2 }));
  return el("li", { "data-testid": "plot" }, parts.join("; "));
}

/** The faults, each a button that leads to its place. */
export function faultList(faults: Fault[], actions: Pick<HandedInActions, "showFault">): HTMLElement {
  const item = (f: Fault) => {
    const text = pick(f) || f.code || "—";
    return el("li", {}, f.lonlat?.length ? el("button", { type: "button", class: "link", "data-testid": "fault", onclick: () => actions.showFault(f) }, text) : text);
  };
  return el("div", { class: "failure", "data-testid": "faults" }, el("strong", {}, t("faults", { n: faults.length })), el("ul", {}, ...faults.map(item)));
}

/** The systems that a site in Shanxi may be in. */
const systems = [
  ["EPSG:4490", "CGCS2000 λ, φ"],
  ["EPSG:4526", "CGCS2000 3° 38, Y = 38 …"],
  ["EPSG:4547", "CGCS2000 3° CM 114°E"],
  ["EPSG:4525", "CGCS2000 3° 37, Y = 37 …"],
  ["EPSG:4546", "CGCS2000 3° CM 111°E"],
  ["EPSG:4326", "WGS 84"],
  ["GCJ-02", "GCJ-02"],
  ["BD-09", "BD-09"],
] as const;

/** The choices that a refusal asks for, as a form; null when nothing that can be chosen would help. */
export function choicesBox(err: unknown, choices: Choices, again: (choices: Choices) => void): HTMLElement | null {
  if (!(err instanceof ApiError) || err.kind !== "status") return null;
  const asked = asks(err.problem);
  const fields: HTMLElement[] = [];
  const next = { ...choices };
  if (asked.layers.length > 0) {
    const select = el("select", { "data-testid": "choose-layer", onchange: () => (next.layer = select.value) }, ...asked.layers.map((l) => el("option", { value: l }, l)));
    next.layer = asked.layers[0]!;
    fields.push(el("label", {}, t("chooseLayer"), select));
  }
  if (asked.crs) {
    const guess = choices.crs ?? asked.guess;
    if (guess) next.crs = guess;
    const options = [el("option", { value: "" }, t("choose")), ...systems.map(([code, name]) => el("option", { value: code, selected: code === guess }, name === code ? code : `${code} ${name}`))];
    const select = el("select", { "data-testid": "choose-crs", onchange: () => (next.crs = select.value) }, ...options);
    fields.push(el("label", {}, t("chooseCRS"), select));
  }
  if (asked.repair) {
    const box = el("input", { type: "checkbox", checked: true, "data-testid": "choose-repair", onchange: () => (next.repair = box.checked) });
    next.repair = true;
    fields.push(el("label", { class: "check-line" }, box, t("repairLabel")));
  }
  if (fields.length === 0) return null;
  return el("div", { class: "choices", "data-testid": "choices" }, ...fields, el("button", { type: "button", class: "primary", "data-testid": "read-again", onclick: () => again(next) }, t("readAgain")));
}

/** What the problem document asks for: it names the parameter that would settle it. */
function asks(p: Problem): { layers: string[]; crs: boolean; guess: string | undefined; repair: boolean } {
  const words = [p.parameter, p.expected, p.hint, p.detail].filter((w) => typeof w === "string").join(" ");
  const repair = (p.faults ?? []).length > 0 || /repair=true/.test(words);
  const list = /^(layer|图层)$/.test(p.parameter ?? "") && typeof p.expected === "string" ? p.expected.replace(/^[^：:]*[：:]\s*/, "") : "";
  const layers = list ? list.split(/[,，、]\s*/).map((l) => l.trim().replace(/^["“]|["”]$/g, "")).filter(Boolean) : [];
  const guess = systems.map(([code]) => code).find((code) => code !== "EPSG:4490" && (p.hint ?? "").includes(code));
  return { layers, guess, crs: p.status === 422 && !repair && layers.length === 0 && /EPSG|坐标系|带号|\bzone\b|coordinate/i.test(words), repair };
}
