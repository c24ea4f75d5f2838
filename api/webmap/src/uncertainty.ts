// How sure the positions are, drawn: a band around the boundary of a finding's feature, and around the site.
import type { Geometry } from "geojson";
import GeoJSON from "ol/format/GeoJSON";
import type OLMap from "ol/Map";
import { isEmpty } from "ol/extent";
import { fetchFeature } from "./api";
import { findFeature, type AtlasLayer } from "./layers";
import { extentOf, zoomTo, type Overlay } from "./map";
import type { Answer, Finding } from "./model";

const format = new GeoJSON({ dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" });

/** The bands on the map. */
export class Uncertainty {
  private asking: AbortController | undefined;

  constructor(
    private readonly overlay: Overlay,
    private readonly layers: () => AtlasLayer[],
  ) {}

  clear(): void {
    this.asking?.abort();
    this.overlay.clear();
  }

  /** The band of the site's own boundary, when its accuracy was given. */
  showSite(answer: Answer): void {
    this.clear();
    const accuracy_m = answer.site?.accuracy_m ?? 0;
    if (accuracy_m > 0) this.overlay.show([{ geometry: answer.site?.geometry, properties: { accuracy_m } }]);
  }

  /** The band of the feature that a finding is about, besides that of the site. A feature that cannot be had has none. */
  async show(answer: Answer, finding: Finding): Promise<void> {
    this.showSite(answer);
    const accuracy_m = finding.accuracy_m ?? 0;
    if (!(accuracy_m > 0) || !finding.layer || !finding.feature) return;
    const control = new AbortController();
    this.asking = control;
    const geometry = await this.geometryOf(finding.layer, finding.feature, control.signal);
    if (control.signal.aborted || !geometry) return;
    this.overlay.show([
      { geometry: answer.site?.accuracy_m ? answer.site.geometry : null, properties: { accuracy_m: answer.site?.accuracy_m ?? 0 } },
      { geometry, properties: { accuracy_m } },
    ]);
  }

  private async geometryOf(layer: string, id: string, signal: AbortSignal): Promise<Geometry | undefined> {
    const loaded = findFeature(this.layers(), layer, id)?.getGeometry();
    if (loaded) return format.writeGeometryObject(loaded);
    try {
      return (await fetchFeature(layer, id, signal)).geometry;
    } catch {
      return undefined; // the finding names the accuracy in words all the same
    }
  }
}

/** The conflicts that are drawn with an answer: what is more than advice, and the finding that is looked at. */
export function conflictsOf(answer: Answer, chosen?: Finding): { geometry: Finding["geometry"]; properties: Record<string, unknown> }[] {
  const counts = (f: Finding) => f.counts_as ?? f.verdict;
  const drawn = (answer.findings ?? []).filter((f) => f === chosen || counts(f) !== "advisory");
  return drawn.map((f) => ({ geometry: f.geometry, properties: { verdict: counts(f), chosen: f === chosen } }));
}

/** Shows one finding on the map: its conflict in view, the band of its feature around it. */
export function showFinding(context: { map: OLMap; conflicts: Overlay; uncertainty: Uncertainty }, answer: Answer, finding: Finding): void {
  const extent = extentOf(finding.geometry) ?? extentOf(answer.site?.geometry);
  if (extent && !isEmpty(extent)) zoomTo(context.map, extent);
  context.conflicts.show(conflictsOf(answer, finding));
  void context.uncertainty.show(answer, finding);
}
