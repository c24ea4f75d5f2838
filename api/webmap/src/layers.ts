// The layers of the map: each collection is fetched whole and drawn by its own style.
import type { Feature as GeoFeature } from "geojson";
import type Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import VectorLayer from "ol/layer/Vector";
import type OLMap from "ol/Map";
import VectorSource from "ol/source/Vector";
import { fetchItems } from "./api";
import { lang, pick } from "./i18n";
import type { Collection } from "./model";
import { styleOf } from "./style";
import { day } from "./time";

export type LoadState = "loading" | "loaded" | "failed";

/** One collection with what became of it. `features` holds also those without geometry. */
export interface AtlasLayer {
  collection: Collection;
  layer: VectorLayer;
  source: VectorSource;
  state: LoadState;
  error?: unknown;
  features: Feature[];
  notLocated: number;
}

const format = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });
const atOnce = 4;

/** Reads GeoJSON features, longitude and latitude, into the map's projection. */
export function readFeatures(features: GeoFeature[]): Feature[] {
  return format.readFeatures({ type: "FeatureCollection", features }) as Feature[];
}

/** Puts an empty layer for each collection on the map, in drawing order. */
export function addLayers(map: OLMap, collections: Collection[]): AtlasLayer[] {
  return collections.map((collection) => {
    const source = new VectorSource();
    const [from, to] = collection.style?.zoom ?? [0, 22];
    const layer = new VectorLayer({
      source,
      style: styleOf(collection),
      zIndex: collection.style?.order ?? 0,
      declutter: "labels",
      ...(from > 0 ? { minZoom: from - 1e-6 } : {}), // OpenLayers leaves out minZoom itself
      ...(to < 22 ? { maxZoom: to } : {}),
      properties: { collection: collection.id },
    });
    map.addLayer(layer);
    return { collection, layer, source, state: "loading", features: [], notLocated: 0 };
  });
}

/** Loads all layers, a few at a time. A failed layer keeps its error and the rest goes on. */
export async function loadLayers(layers: AtlasLayer[], changed: (layer: AtlasLayer) => void): Promise<void> {
  const queue = [...layers];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await loadLayer(next);
      changed(next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Loads one layer anew. */
export async function loadLayer(target: AtlasLayer): Promise<void> {
  const on = day();
  try {
    const features = readFeatures(await fetchItems(target.collection.id, on));
    if (on !== day()) return; // another day was chosen meanwhile, and is being loaded
    for (const f of features) f.set("_layer", target.collection.id, true);
    target.source.clear(true);
    target.source.addFeatures(features);
    target.features = features;
    target.notLocated = features.filter((f) => !f.getGeometry()).length;
    target.state = "loaded";
    target.error = undefined;
  } catch (err) {
    if (on !== day()) return;
    target.source.clear(true);
    target.features = [];
    target.state = "failed";
    target.error = err;
  }
}

/** The loaded feature with this id, if there is one. */
export function findFeature(layers: AtlasLayer[], layer: string | undefined, id: string | undefined): Feature | undefined {
  if (!layer || !id) return undefined;
  return layers.find((l) => l.collection.id === layer)?.features.find((f) => String(f.getId()) === id);
}

/** The title of a layer in the current language. */
export function titleOf(layer: AtlasLayer | undefined, id = ""): string {
  if (!layer) return id;
  return pick(layer.collection.titles) || layer.collection.title || layer.collection.id;
}

/** The name of a feature in the current language, else its id. */
export function nameOf(feature: Feature): string {
  const [first, second] = lang() === "zh" ? ["name_zh", "name_en"] : ["name_en", "name_zh"];
  return String(feature.get(first) || feature.get(second) || feature.getId() || "—");
}
