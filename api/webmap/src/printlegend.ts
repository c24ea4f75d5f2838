// What stands beside a printed map: the layers that are on it, and where they come from.
import type OLMap from "ol/Map";
import { el } from "./dom";
import { pick } from "./i18n";
import { titleOf, type AtlasLayer } from "./layers";
import { swatch } from "./swatch";

/** The visible layers with something in the drawn extent, the topmost first. */
export function legendOf(map: OLMap, layers: AtlasLayer[]): HTMLElement {
  const extent = map.getView().calculateExtent();
  const order = (l: AtlasLayer) => l.collection.style?.order ?? 0;
  const shown = drawn(layers).filter((l) => l.source.getFeaturesInExtent(extent).length > 0);
  return el("ul", {}, ...shown.sort((a, b) => order(b) - order(a)).map((l) => el("li", {}, swatch(l.collection), titleOf(l))));
}

/** The sources of the visible layers, each once. */
export function sourcesOf(layers: AtlasLayer[]): string[] {
  return [...new Set(drawn(layers).map((l) => pick(l.collection.source?.name) || l.collection.source?.attribution || "").filter(Boolean))];
}

function drawn(layers: AtlasLayer[]): AtlasLayer[] {
  return layers.filter((l) => l.state === "loaded" && l.layer.getVisible() && l.features.length > l.notLocated);
}
