// Industrial parks: a list of cards to filter, each leading to its place on the map.
import type Feature from "ol/Feature";
import { fetchFound, fetchNearest, pageURL } from "./api";
import { badge, el } from "./dom";
import { metres, plain } from "./format";
import { lang, onLang, pick, t, word } from "./i18n";
import { nameOf, type AtlasLayer } from "./layers";
import { sentences } from "./problem";

/** The layers that hold parks, those of the larger areas first. */
const parkLayers = ["development_zones", "industrial_parks"];
/** What a park should be near to: the layer, and which of its features. */
const goals = [
  { key: "toStation", to: "transport_hubs", filter: "kind IN ('rail_station','passenger_hub')" },
  { key: "toExpressway", to: "transport_links", filter: "class = 'expressway'" },
] as const;

export interface ParkActions {
  layers(): AtlasLayer[];
  /** Zooms to the feature, if it has a place, and tells all about it. */
  show(feature: Feature, opener: HTMLElement): void;
}

/** The nearest goal of a park. */
interface Distance {
  m: number;
  accuracy?: number | undefined;
  name: string;
}

interface Choice {
  text: string;
  industry: string;
  county: string;
  kind: string;
}

export class Parks {
  readonly element = el("div", { class: "parks" });
  private choice: Choice = { text: "", industry: "", county: "", kind: "" };
  private found: Set<string> | undefined; // by the search, which knows pinyin
  private readonly distances = new Map<string, Distance>(); // goal/layer/feature
  private distanceState: "none" | "loading" | "loaded" | "failed" = "none";
  private distanceError: unknown;
  private readonly list = el("ul", { class: "cards", "data-testid": "parks" });
  private readonly count = el("p", { class: "note", role: "status", "data-testid": "parks-count" });
  private timer = 0;

  constructor(private readonly actions: ParkActions) {
    onLang(() => this.render());
  }

  /** Draws everything anew: when the tab opens, when layers arrive, when the language changes. */
  render(): void {
    const layers = this.parkLayers();
    const wait = layers.some((l) => l.state === "loading");
    const failed = layers.filter((l) => l.state === "failed");
    this.element.replaceChildren(
      el("p", { class: "note" }, layers.length > 0 || wait ? t("parksIntro") : t("parksNone")),
      ...failed.map((l) => el("p", { class: "failure", role: "alert" }, t("parksFailed") + sentences(l.error).join(" "))),
      wait ? el("p", { class: "note", role: "status" }, t("parksWait")) : "",
      layers.length > 0 ? this.filters() : "",
      this.count,
      this.list,
    );
    this.renderList();
  }

  /** Reads the distances, once, when somebody looks. */
  opened(): void {
    this.render();
    if (this.distanceState !== "loading" && this.distanceState !== "loaded" && this.parkLayers().length > 0) void this.measure();
  }

  private parkLayers(): AtlasLayer[] {
    return parkLayers.flatMap((id) => this.actions.layers().filter((l) => l.collection.id === id));
  }

  private features(): Feature[] {
    return this.parkLayers().flatMap((l) => l.features);
  }

  private filters(): HTMLElement {
    const all = this.features();
    const sorted = (values: string[]) => [...new Set(values.filter(Boolean))].sort((a, b) => a.localeCompare(b, "zh"));
    const select = (key: "industry" | "county" | "kind", label: string, any: string, values: string[], name = (v: string) => v) => {
      const box = el("select", { "data-testid": `parks-${key}`, onchange: () => {
        this.choice[key] = box.value;
        this.renderList();
      } }, el("option", { value: "" }, any), ...values.map((v) => el("option", { value: v }, name(v))));
      if (!values.includes(this.choice[key])) this.choice[key] = "";
      box.value = this.choice[key];
      return el("label", {}, el("span", {}, label), box);
    };
    const text = el("input", { type: "search", "data-testid": "parks-name", maxlength: 100, placeholder: t("searchPlaceholder"), oninput: () => this.search(text.value) });
    text.value = this.choice.text;
    return el(
      "div",
      { class: "filters" },
      el("label", { class: "wide" }, el("span", {}, t("nameLabel")), text),
      select("industry", t("industry"), t("anyIndustry"), sorted(all.flatMap(industries))),
      select("county", t("county"), t("anyCounty"), sorted(all.map((f) => String(f.get("county") ?? "")))),
      select("kind", t("kindLabel"), t("anyKind"), sorted(all.map(kindOf)), (v) => word("kind", v)),
    );
  }

  /** Letters may be pinyin, which the service knows. Until it answers, and when it cannot, the names themselves are looked at. */
  private search(text: string): void {
    this.choice.text = text.trim();
    this.found = undefined;
    this.renderList();
    clearTimeout(this.timer);
    const q = this.choice.text;
    if (q === "") return;
    this.timer = window.setTimeout(() => {
      fetchFound(q, 100).then(
        (found) => {
          if (q !== this.choice.text) return;
          this.found = new Set(found.map((f) => `${f.layer}/${f.id}`));
          this.renderList();
        },
        (err: unknown) => {
          if (q === this.choice.text) this.count.textContent = t("searchFailed") + sentences(err).join(" ");
        },
      );
    }, 200);
  }

  private matches(f: Feature): boolean {
    const c = this.choice;
    if (c.industry && !industries(f).includes(c.industry)) return false;
    if (c.county && f.get("county") !== c.county) return false;
    if (c.kind && kindOf(f) !== c.kind) return false;
    if (!c.text) return true;
    const names = `${f.get("name_zh") ?? ""} ${f.get("name_en") ?? ""}`.toLowerCase();
    return names.includes(c.text.toLowerCase()) || (this.found?.has(keyOf(f)) ?? false);
  }

  private renderList(): void {
    const all = this.features();
    const hits = all.filter((f) => this.matches(f)).sort(byPlace);
    const some = Object.values(this.choice).some(Boolean);
    this.count.replaceChildren(all.length === 0 ? "" : hits.length === 0 ? t("parksNoMatch") : t("parksCount", { n: hits.length }));
    if (some && all.length > 0) {
      this.count.append(" ", el("button", { type: "button", class: "link", "data-testid": "parks-reset", onclick: () => {
        this.choice = { text: "", industry: "", county: "", kind: "" };
        this.render();
      } }, t("parksReset")));
    }
    if (this.distanceState === "failed") {
      this.count.append(el("span", { class: "failure", role: "alert" }, t("distancesFailed"), sentences(this.distanceError).join(" "), " ",
        el("button", { type: "button", class: "quiet", onclick: () => void this.measure() }, t("retry"))));
    }
    this.list.replaceChildren(...hits.map((f) => this.card(f)));
  }

  private card(f: Feature): HTMLElement {
    const placed = f.getGeometry() !== undefined && f.getGeometry() !== null;
    const name = el("button", { type: "button", class: "link name", "data-testid": "park-name", onclick: () => this.actions.show(f, name) }, nameOf(f));
    const facts = el("dl", {});
    const add = (title: string, value: string | undefined) => value && facts.append(el("dt", {}, title), el("dd", {}, value));
    add(t("county"), String(f.get("county") ?? ""));
    const km2: unknown = f.get("area_km2");
    if (typeof km2 === "number") add(t("area"), `${plain(km2)} km²${f.get("area_basis") === "indicative" ? t("areaIndicative") : ""}`);
    if (placed) for (const g of goals) add(t(g.key), this.distanceText(g.key, f));
    else add(t("accuracy"), t("notPlaced"));
    return el(
      "li",
      { "data-testid": "park", "data-id": keyOf(f) },
      el("div", { class: "cardhead" }, name, badge(`status-${String(f.get("status"))}`, word("status", String(f.get("status") ?? "")) || t("notGiven"))),
      el("p", { class: "chips" }, el("small", {}, word("kind", kindOf(f))), ...industries(f).map((i) => el("span", { class: "chip" }, i))),
      facts,
      el("a", { href: pageURL(String(f.get("_layer")), String(f.getId())), class: "more" }, t("pageOf")),
    );
  }

  private distanceText(goal: string, f: Feature): string {
    if (this.distanceState !== "loaded") return this.distanceState === "failed" ? t("noDistance") : "…";
    const d = this.distances.get(`${goal}/${keyOf(f)}`);
    if (!d) return t("noDistance");
    return t("distanceAbout", { d: metres(d.m, 0), name: d.name, m: typeof d.accuracy === "number" ? metres(d.accuracy, 0) : "?" });
  }

  private async measure(): Promise<void> {
    this.distanceState = "loading";
    this.renderList();
    const known = new Set(this.actions.layers().map((l) => l.collection.id));
    try {
      await Promise.all(this.parkLayers().flatMap((l) => goals.filter((g) => known.has(g.to)).map(async (g) => {
        for (const p of await fetchNearest(l.collection.id, g.to, g.filter)) {
          if (typeof p.distance_m !== "number") continue;
          this.distances.set(`${g.key}/${p.feature.layer}/${p.feature.id}`, { m: p.distance_m, accuracy: p.accuracy_m, name: pick(p.nearest.name) });
        }
      })));
      this.distanceState = "loaded";
    } catch (err) {
      this.distanceState = "failed";
      this.distanceError = err;
    }
    this.renderList();
  }
}

function keyOf(f: Feature): string {
  return `${String(f.get("_layer"))}/${String(f.getId())}`;
}

function kindOf(f: Feature): string {
  return f.get("_layer") === parkLayers[0] ? "zone" : String(f.get("kind") ?? "");
}

/** The leading industries, which the data joins by 、 in Chinese and by semicolons in English. */
function industries(f: Feature): string[] {
  const text = (lang() === "en" && f.get("leading_industries_en")) || f.get("leading_industries");
  return typeof text === "string" ? text.split(/[、；;]/).map((i) => i.trim()).filter(Boolean) : [];
}

/** Zones and parks before projects, what has a place before what has none. */
function byPlace(a: Feature, b: Feature): number {
  const kinds = ["zone", "park", "innovation_city", "base", "data_centre", "research", "project"];
  const order = (f: Feature) => (f.getGeometry() ? 0 : 10) + kinds.indexOf(kindOf(f));
  return order(a) - order(b) || nameOf(a).localeCompare(nameOf(b), "zh");
}
