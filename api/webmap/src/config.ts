// What the operator has configured: it stands in the page as data, so that nothing waits for it.
import type { Text } from "./model";

/** A background map of tiles. */
export interface Background {
  title?: Text;
  /** Addresses with {z}, {x} and {y}, drawn in this order: the map and then its labels. */
  tiles: string[];
  crs: "EPSG:3857" | "EPSG:4490" | "GCJ02";
  attribution?: string;
  minZoom?: number;
  maxZoom?: number;
}

export interface Config {
  /** 审图号, the number of the map's approval. */
  approval?: string;
  backgrounds?: Background[];
}

/** Reads the configuration; a page without one has none. */
export function config(): Config {
  const text = document.getElementById("config")?.textContent;
  return text ? (JSON.parse(text) as Config) : {};
}
