// What lies under the layers: the city and its counties as indicative outlines, and what is outside of them, shaded.
import type Feature from "ol/Feature";
import OLFeature from "ol/Feature";
import type { Extent } from "ol/extent";
import type Geometry from "ol/geom/Geometry";
import MultiPolygon from "ol/geom/MultiPolygon";
import Polygon from "ol/geom/Polygon";
import VectorLayer from "ol/layer/Vector";
import type OLMap from "ol/Map";
import VectorSource from "ol/source/Vector";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import { fetchOutlines } from "./api";
import { el } from "./dom";
import { metres } from "./format";
import { onLang, t } from "./i18n";
import { nameOf, readFeatures } from "./layers";
import { sentences } from "./problem";

const world = [-2e7, -2e7, 2e7, 2e7] as const;

export class Base {
  /** The entry of the legend: switch, accuracy, or what failed. */
  readonly entry = el("div", { class: "base", "data-testid": "base" });
  private readonly source = new VectorSource();
  private readonly layer: VectorLayer;
  private readonly names: VectorLayer;
  private error: unknown;
  private city: Feature | undefined;

  constructor(map: OLMap) {
    const options = { source: this.source, properties: { overlay: true, base: true } };
    this.layer = new VectorLayer({ ...options, zIndex: -2, style: (f) => this.outline(f as Feature) });
    this.names = new VectorLayer({ ...options, zIndex: -1, declutter: "labels", maxZoom: 12.5, style: (f) => (f === this.city || f.get("shade") ? [] : label(f as Feature)) });
    map.addLayer(this.layer);
    map.addLayer(this.names);
    onLang(() => {
      this.names.changed();
      this.render();
    });
    this.render();
  }

  /** The extent of the city, once it is known. */
  get extent(): Extent | undefined {
    return this.city?.getGeometry()?.getExtent();
  }

  async load(): Promise<void> {
    this.error = undefined;
    try {
      const features = readFeatures(await fetchOutlines());
      this.source.clear(true);
      this.city = features[0]; // the largest comes first
      this.source.addFeatures(features);
      if (this.city) this.source.addFeature(shade(this.city.getGeometry()!));
    } catch (err) {
      this.error = err;
    }
    this.render();
  }

  private outline(f: Feature): Style[] {
    if (f.get("shade")) return [new Style({ fill: new Fill({ color: "rgba(92, 84, 62, 0.10)" }) })];
    const city = f === this.city;
    return [
      new Style({ stroke: new Stroke({ color: city ? "rgba(146, 104, 150, 0.22)" : "rgba(146, 104, 150, 0.10)", width: city ? 9 : 5 }), fill: new Fill({ color: "rgba(255, 255, 255, 0.25)" }) }),
      new Style({ stroke: new Stroke({ color: "rgba(97, 66, 105, 0.75)", width: city ? 1.6 : 1.1, lineDash: city ? [14, 4, 2, 4] : [8, 4, 2, 4] }) }),
    ];
  }

  private render(): void {
    if (this.error !== undefined) {
      this.entry.replaceChildren(el("p", { class: "failure", role: "alert", "data-testid": "base-error" }, t("outlineFailed"), sentences(this.error).join(" "), " ",
        el("button", { type: "button", class: "quiet", onclick: () => void this.load() }, t("retry"))));
      return;
    }
    const box = el("input", { type: "checkbox", onchange: () => {
      this.layer.setVisible(box.checked);
      this.names.setVisible(box.checked);
    } });
    box.checked = this.layer.getVisible();
    const m: unknown = this.city?.get("accuracy_m");
    this.entry.replaceChildren(
      el("label", {}, box, el("span", { class: "swatch outline", "aria-hidden": "true" }), el("span", { class: "title" }, t("outline"))),
      el("p", { class: "note" }, typeof m === "number" ? t("outlineNote", { m: metres(m, 0) }) : t("loadingLayer")),
    );
  }
}

function label(f: Feature): Style[] {
  return [new Style({
    text: new Text({
      text: [...nameOf(f)].join(/^[\x20-\x7e]+$/.test(nameOf(f)) ? "" : "\u2002"),
      font: '600 15px "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, Georgia, serif',
      fill: new Fill({ color: "rgba(97, 66, 105, 0.62)" }),
      stroke: new Stroke({ color: "rgba(250, 247, 239, 0.8)", width: 3 }),
      overflow: true,
    }),
  })];
}

/** All that is not the city. */
function shade(city: Geometry): Feature {
  const [w, s, e, n] = world;
  const hole = city instanceof Polygon ? [city.getLinearRing(0)!.getCoordinates()] : city instanceof MultiPolygon ? city.getPolygons().map((p) => p.getLinearRing(0)!.getCoordinates()) : [];
  const feature = new OLFeature(new Polygon([[[w, s], [e, s], [e, n], [w, n], [w, s]], ...hole]));
  feature.set("shade", true);
  return feature;
}
