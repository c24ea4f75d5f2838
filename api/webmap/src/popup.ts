// What is known about the features under a click: names, properties, citation, position and legal effect.
import type Feature from "ol/Feature";
import { pageURL } from "./api";
import { badge, byId, el } from "./dom";
import { metres, plain, unit } from "./format";
import { lang, onLang, pick, t, word } from "./i18n";
import { nameOf, titleOf, type AtlasLayer } from "./layers";
import type { Property } from "./model";
import { failureBox } from "./problem";

const base = new Set([
  "geometry", "_layer", "entity", "name_zh", "name_en", "status", "county", "plan_section", "plan_quote",
  "geometry_source", "accuracy_m", "legal_effect", "valid_from", "valid_to", "revision",
]);

export interface PopupActions {
  layerOf(feature: Feature): AtlasLayer | undefined;
  /** The feature now shown, or none: it is marked on the map. */
  selected(feature: Feature | undefined): void;
  zoom(feature: Feature): void;
  /** Asks what the plan says at the place that was clicked, if one was. */
  ask?(): void;
}

/** The panel beside the map; Esc closes it and gives the focus back to what opened it. */
export class Popup {
  private readonly box = byId("detail");
  private features: Feature[] = [];
  private index = 0;
  private place = false;
  private opener: HTMLElement | null = null;

  constructor(private readonly actions: PopupActions) {
    this.box.setAttribute("role", "dialog");
    this.box.dataset.testid = "popup";
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.close();
      }
    });
    onLang(() => this.isOpen && this.render());
  }

  get isOpen(): boolean {
    return !this.box.hidden;
  }

  /** Shows the features; place says that they are those of a click on the map. */
  open(features: Feature[], opener: HTMLElement, place = false): void {
    this.place = place;
    this.features = features;
    this.index = 0;
    this.opener = opener;
    this.box.hidden = false;
    this.render();
    this.focusHeading();
  }

  /** Says why a feature cannot be shown. */
  fail(err: unknown, opener: HTMLElement): void {
    this.open([], opener);
    this.box.querySelector("h2")?.replaceWith(failureBox(t("featureFailed"), err, "popup-error"));
  }

  close(): void {
    if (!this.isOpen) return;
    this.box.hidden = true;
    this.actions.selected(undefined);
    this.opener?.focus({ preventScroll: true });
  }

  private focusHeading(): void {
    this.box.querySelector<HTMLElement>("h2")?.focus();
  }

  private render(): void {
    this.box.setAttribute("aria-label", t("featureInfo"));
    const close = el(
      "button",
      { type: "button", class: "close", "aria-label": t("close"), "data-testid": "popup-close", onclick: () => this.close() },
      "×",
    );
    const feature = this.features[this.index];
    this.actions.selected(feature);
    if (!feature) {
      this.box.replaceChildren(close, el("h2", { tabindex: -1 }, t("nothingHere")), this.asking());
      return;
    }
    this.box.replaceChildren(close, this.chooser(), ...this.describe(feature), this.asking());
    this.box.scrollTop = 0;
  }

  /** Leads from the features here to all that the plan says. */
  private asking(): HTMLElement | string {
    const ask = this.actions.ask;
    if (!ask || !this.place) return "";
    return el("button", { type: "button", class: "quiet", "data-testid": "popup-ask", onclick: () => {
      this.close();
      ask();
    } }, t("askHere"));
  }

  private chooser(): HTMLElement {
    const box = el("div", { class: "chooser", "data-testid": "popup-list" });
    if (this.features.length < 2) return box;
    box.append(el("p", { class: "note" }, t("featuresHere", { n: this.features.length })));
    this.features.forEach((feature, i) => {
      const go = () => {
        this.index = i;
        this.render();
        this.focusHeading();
      };
      const layer = titleOf(this.actions.layerOf(feature));
      box.append(
        el("button", { type: "button", "aria-pressed": String(i === this.index), onclick: go }, nameOf(feature), el("small", {}, ` ${layer}`)),
      );
    });
    return box;
  }

  private describe(feature: Feature): (HTMLElement | string)[] {
    const layer = this.actions.layerOf(feature);
    const effect = String(feature.get("legal_effect") || layer?.collection.legalEffect || "");
    const other = String(feature.get(lang() === "zh" ? "name_en" : "name_zh") || "");
    const zoom = el("button", { type: "button", class: "quiet", onclick: () => this.actions.zoom(feature) }, t("zoomTo"));
    return [
      el("h2", { tabindex: -1, "data-testid": "popup-name" }, nameOf(feature)),
      other && other !== nameOf(feature) ? el("p", { class: "note" }, other) : "",
      el("p", {}, effect ? badge(`effect-${effect}`, word("effect", effect)) : "", " ", titleOf(layer)),
      citation(feature),
      properties(feature, layer),
      el("div", { class: "row" }, feature.getGeometry() ? zoom : "", share(), el("a", { class: "more", href: pageURL(String(feature.get("_layer")), String(feature.getId())) }, t("pageOf"))),
    ];
  }
}

/** Copies the address of the page, which names the feature that is open. */
function share(): HTMLElement {
  const button = el("button", { type: "button", class: "quiet", "data-testid": "share", onclick: () => {
    const said = (ok: boolean) => (button.textContent = t(ok ? "shared" : "shareByHand"));
    if (!navigator.clipboard) return void said(false);
    navigator.clipboard.writeText(location.href).then(() => said(true), () => said(false));
  } }, t("share"));
  return button;
}

function citation(feature: Feature): HTMLElement {
  const section = feature.get("plan_section");
  const quote = feature.get("plan_quote");
  return el(
    "figure",
    { class: "citation", "data-testid": "popup-citation" },
    el("figcaption", {}, section ? t("planSection", { section }) : `${t("citation")}: ${t("notGiven")}`),
    quote ? el("blockquote", { lang: "zh-Hans" }, `“${quote}”`) : null,
  );
}

function properties(feature: Feature, layer: AtlasLayer | undefined): HTMLElement {
  const list = el("dl", { "data-testid": "popup-properties" });
  const add = (title: string, value: string) => list.append(el("dt", {}, title), el("dd", {}, value));
  const declared = (layer?.collection.properties ?? []).filter((p) => !base.has(p.name));
  for (const p of declared) add(pick(p.titles) || p.name, valueText(feature.get(p.name), p));
  const known = new Set(declared.map((p) => p.name));
  for (const [name, value] of Object.entries(feature.getProperties())) {
    if (!base.has(name) && !known.has(name)) add(name, valueText(value));
  }
  add(t("status"), word("status", feature.get("status")) || t("notGiven"));
  add(t("county"), valueText(feature.get("county")));
  add(t("accuracy"), accuracyText(feature));
  add(t("geometrySource"), valueText(feature.get("geometry_source")));
  add(t("legalEffect"), word("effect", feature.get("legal_effect")) || t("notGiven"));
  add(t("validity"), validity(feature));
  add(t("identifier"), String(feature.getId() ?? t("notGiven")));
  if (feature.get("revision") !== undefined) add(t("revision"), String(feature.get("revision")));
  return list;
}

function accuracyText(feature: Feature): string {
  const m: unknown = feature.get("accuracy_m");
  if (typeof m === "number") return t("accuracyAbout", { m: metres(m) });
  return feature.getGeometry() ? t("notGiven") : t("notLocated");
}

function validity(feature: Feature): string {
  const [from, to] = [feature.get("valid_from"), feature.get("valid_to")];
  const start = from ? t("validFrom", { from }) : t("notGiven");
  return to ? start + t("validTo", { to }) : start;
}

function valueText(value: unknown, property?: Property): string {
  if (value === null || value === undefined || value === "") return t("notGiven");
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  if (typeof value === "number") return `${plain(value)} ${unit(property?.unit)}`.trim();
  const text = typeof value === "string" ? pick(property?.codeTitles?.[value]) || value : JSON.stringify(value);
  return property?.unit ? `${text} ${unit(property.unit)}` : text;
}
