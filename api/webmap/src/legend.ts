// The legend: one entry per layer with swatch, title, count, legal effect, checkbox, or the sentence of its failure.
import type Feature from "ol/Feature";
import { badge, el } from "./dom";
import { lang, pick, t, word } from "./i18n";
import { nameOf, titleOf, type AtlasLayer } from "./layers";
import { sentences } from "./problem";
import { sign, swatch } from "./swatch";

export interface LegendActions {
  /** A feature was picked from a list. */
  pick(feature: Feature, opener: HTMLElement): void;
  /** A failed layer is to be loaded again. */
  retry(layer: AtlasLayer): void;
}

const listed = 300;

/** Draws the legend, the topmost layer first; layers that have nothing to draw stand in a group of their own. */
export function renderLegend(layers: AtlasLayer[], actions: LegendActions): HTMLElement {
  const order = (l: AtlasLayer) => l.collection.style?.order ?? 0;
  const sorted = [...layers].sort((a, b) => order(b) - order(a));
  const empty = (l: AtlasLayer) => l.collection.locatedCount === 0;
  const drawn = el("ul", { class: "legend" }, ...sorted.filter((l) => !empty(l)).map((l) => entry(l, actions)));
  const absent = el("ul", { class: "legend", "data-testid": "legend-absent" }, ...sorted.filter(empty).map((l) => entry(l, actions)));
  const list = el("div", { "data-testid": "legend" }, drawn);
  if (absent.children.length > 0) list.append(el("h2", { class: "sub" }, t("absent")), el("p", { class: "note" }, t("absentNote")), absent);
  const setAll = (on: boolean) => () => {
    for (const l of layers) l.layer.setVisible(on);
    for (const box of list.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) box.checked = on;
  };
  const buttons = el(
    "div",
    { class: "row" },
    el("button", { type: "button", class: "quiet", onclick: setAll(true) }, t("showAll")),
    el("button", { type: "button", class: "quiet", onclick: setAll(false) }, t("hideAll")),
  );
  return el("div", {}, buttons, list, signs());
}

/** What the signs of all layers mean. */
function signs(): HTMLElement {
  const row = (picture: HTMLElement, text: string) => el("li", {}, el("span", { class: "signrow" }, picture, text));
  return el(
    "div",
    { class: "signs" },
    el("h2", { class: "sub" }, t("symbols")),
    el(
      "ul",
      { class: "legend" },
      row(sign("Point", "sure", false), t("symSure")),
      row(sign("Point", "rough", false), t("symRough")),
      row(sign("Point", "region", false), t("symRegion")),
      row(sign("LineString", "sure", true), t("symPlanned")),
    ),
  );
}

/** The classes of a layer that are drawn in their own way. */
function classes(layer: AtlasLayer): HTMLElement | null {
  const all = layer.collection.style?.classes ?? [];
  if (all.length === 0) return null;
  return el("ul", { class: "classes" }, ...all.map((c) => el("li", {}, swatch(layer.collection, c), pick(c.titles))));
}

/** Redraws one entry in place. */
export function refreshEntry(layer: AtlasLayer, actions: LegendActions): void {
  const old = document.querySelector(`[data-testid="legend-entry"][data-id="${CSS.escape(layer.collection.id)}"]`);
  old?.replaceWith(entry(layer, actions));
}

function entry(layer: AtlasLayer, actions: LegendActions): HTMLElement {
  const c = layer.collection;
  const box = el("input", {
    type: "checkbox",
    onchange: () => layer.layer.setVisible(box.checked),
  });
  box.checked = layer.layer.getVisible();
  const effect = c.legalEffect;
  return el(
    "li",
    { "data-testid": "legend-entry", "data-id": c.id, "data-state": layer.state, "aria-busy": layer.state === "loading" ? "true" : undefined },
    el(
      "label",
      {},
      box,
      swatch(c),
      el("span", { class: "title" }, titleOf(layer)),
      effect && badge(`effect-${effect}`, word("effect", effect)),
    ),
    classes(layer),
    stateLine(layer, actions),
    layer.state !== "failed" && about(layer, actions),
  );
}

function stateLine(layer: AtlasLayer, actions: LegendActions): HTMLElement {
  if (layer.state === "failed") {
    return el(
      "p",
      { class: "failure", role: "alert", "data-testid": "legend-error" },
      t("layerFailed") + sentences(layer.error).join(" "),
      " ",
      el("button", { type: "button", class: "quiet", onclick: () => actions.retry(layer) }, t("retry")),
    );
  }
  // While a layer is loading the numbers of the catalogue stand where its own will, so that nothing moves when they come.
  const { featureCount, locatedCount } = layer.collection;
  if (layer.state === "loading" && typeof featureCount !== "number") return el("p", { class: "note" }, t("loadingLayer"));
  const count = layer.state === "loading" ? featureCount! : layer.features.length;
  const notLocated = layer.state === "loading" ? count - (locatedCount ?? count) : layer.notLocated;
  const parts = [count === 1 ? t("countOne") : t("count", { n: count })];
  if (notLocated > 0) parts.push(t("noGeometry", { n: notLocated }));
  const [from, to] = layer.collection.style?.zoom ?? [0, 22];
  if (from > 7 || to < 20) parts.push(t("zoomRange", { from, to }));
  return el("p", { class: "note", "data-testid": "legend-count" }, parts.join(lang() === "zh" ? "，" : ", "));
}

/** What the layer claims to be, and all its features, drawn when first opened. */
function about(layer: AtlasLayer, actions: LegendActions): HTMLElement {
  const details = el("details", {}, el("summary", {}, t("about")));
  let drawn = false;
  details.addEventListener("toggle", () => {
    if (drawn) return;
    drawn = true;
    details.append(facts(layer), featureList(layer, actions));
  });
  return details;
}

function facts(layer: AtlasLayer): HTMLElement {
  const c = layer.collection;
  const list = el("dl", {});
  const add = (title: string, value: string | undefined) => {
    if (value) list.append(el("dt", {}, title), el("dd", {}, value));
  };
  const s = c.source;
  add(t("source"), [pick(s?.name), s?.attribution].filter(Boolean).join(" · "));
  add(t("licence"), s?.licence);
  add(t("dataDate"), s?.date);
  const claim = c.coverage?.complete ? t("coverageComplete") : t("coveragePartial");
  add(t("coverage"), `${claim} ${pick(c.coverage?.note)}`.trim());
  return el("div", {}, el("p", {}, pick(c.descriptions) || c.description || ""), list);
}

function featureList(layer: AtlasLayer, actions: LegendActions): HTMLElement {
  const list = el("ul", { class: "features" });
  for (const feature of layer.features.slice(0, listed)) {
    const button = el(
      "button",
      { type: "button", class: "link", onclick: () => actions.pick(feature, button) },
      nameOf(feature),
    );
    list.append(el("li", {}, button, feature.getGeometry() ? null : el("small", {}, ` ${t("notLocated")}`)));
  }
  const more = layer.features.length - listed;
  if (more > 0) list.append(el("li", {}, el("small", {}, t("moreFeatures", { n: more }))));
  return list;
}
