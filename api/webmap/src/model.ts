// The words of the service as the page reads them. Everything that a server might leave out is optional:
// what is missing is shown as missing, never guessed.
import type { Geometry, MultiPolygon, Polygon } from "geojson";

/** A site: longitude before latitude on CGCS2000. */
export type Shape = Polygon | MultiPolygon;

export interface Text {
  zh?: string;
  en?: string;
}

export type LegalEffect = "statutory" | "plan" | "indicative";

export interface Link {
  rel: string;
  href: string;
  type?: string;
}

export interface LayerStyle {
  order?: number;
  stroke?: string;
  fill?: string;
  width?: number;
  dash?: number[];
  hatch?: string;
  label?: string;
  zoom?: [number, number];
  classes?: StyleClass[];
}

/** How features are drawn whose property has one of the values, where that differs from the layer. */
export interface StyleClass {
  property: string;
  values: string[];
  titles?: Text;
  stroke?: string;
  fill?: string;
  casing?: string;
  width?: number;
  dash?: number[];
  text?: number;
}

export interface Property {
  name: string;
  titles?: Text;
  type?: string;
  unit?: string;
  codes?: string[];
  codeTitles?: Record<string, Text>;
}

export interface Collection {
  id: string;
  title?: string;
  titles?: Text;
  description?: string;
  descriptions?: Text;
  geometryType?: string;
  legalEffect?: LegalEffect;
  featureCount?: number;
  locatedCount?: number;
  source?: { name?: Text; licence?: string; attribution?: string; date?: string };
  coverage?: { area?: string; complete?: boolean; note?: Text; from?: string; to?: string };
  style?: LayerStyle;
  properties?: Property[];
}

/** Area in the three units that planners use; `share` is the part of the site, 0 to 1. */
export interface Area {
  m2?: number;
  ha?: number;
  mu?: number;
  share?: number;
}

export interface LayerResult {
  layer: string;
  titles?: Text;
  outcome?: string;
  reason?: string | Text;
  absent?: boolean;
  required?: boolean;
  revision?: number;
  data_date?: string;
  overlap?: Area;
  nearest_m?: number | null;
}

export interface Finding {
  rule?: string;
  layer?: string;
  feature?: string;
  feature_name?: Text;
  relation?: string;
  verdict?: string;
  counts_as?: string;
  certainty?: string;
  accuracy_m?: number | null;
  authority?: Text;
  exemptions?: { for?: Text; approval?: Text; authority?: Text }[];
  notes?: (string | Text)[];
  overlap?: Area;
  distance_m?: number | null;
  threshold_m?: number | null;
  measured_from?: string;
  basis?: string;
  law?: string;
  article?: string;
  text?: Text;
  verified?: boolean;
  requires?: string | Text;
  citation?: { plan?: string; quote?: string };
  geometry?: Geometry | null;
}

/** One reply to a question, and what the rules that it bears on could then still come to: the worst, and at best. */
export interface Reply {
  value?: unknown;
  titles?: Text;
  verdict?: string;
  at_best?: string;
}

export interface Question {
  attribute?: string;
  text?: Text;
  replies?: Reply[];
}

export interface Notice {
  code?: string;
  zh?: string;
  en?: string;
}

/** Something that is wrong with a boundary, and where: longitude before latitude. */
export interface Fault extends Notice {
  lonlat?: [number, number][];
}

/** A plot of a file that was read; `declared_ha` is what the file states. */
export interface Plot {
  number?: string;
  name?: string;
  area?: Area;
  plane_m2?: number;
  declared_ha?: number;
  faults?: Fault[];
  repair?: { before_m2?: number; after_m2?: number };
}

/** A file of sites as it was understood. Only what is `sound` can be checked as it is. */
export interface ReadSites {
  features: { geometry: Shape; properties: Plot }[];
  format?: string;
  encoding?: string;
  crs?: string;
  accuracy_m?: number;
  sound?: boolean;
  notices?: Notice[];
}

/** Sites compared, best first. */
export interface Alternatives {
  ranking?: Text;
  sites: { rank?: number; index?: number; name?: string; check?: string; prohibited?: Area; restricted?: Area; answer: Answer }[];
}

export interface Answer {
  id?: string;
  created?: string;
  verdict?: string;
  summary?: Text;
  site?: {
    input?: { name?: string; format?: string; crs?: string; notices?: (string | Text)[] };
    geometry?: Geometry | null;
    area?: Area & { plane_m2?: number; plane_crs?: string };
    accuracy_m?: number;
  };
  layers?: LayerResult[];
  findings?: Finding[];
  project?: Record<string, unknown>;
  questions?: Question[];
  rules?: { rule?: string; layer?: string; outcome?: string }[];
  remainder?: { geometry?: Geometry | null; area?: Area };
  provenance?: { day?: string; snapshot?: string; rules_sha256?: string; software?: string; result_sha256?: string };
}

/** A feature or record that the search found. */
export interface Found {
  layer: string;
  id: string;
  name?: Text;
  county?: string;
  located?: boolean;
  layerTitles?: Text;
}

/** A feature and the nearest one of another layer. */
export interface Pair {
  feature: { layer: string; id: string; name?: Text };
  nearest: { layer: string; id: string; name?: Text };
  distance_m?: number;
  accuracy_m?: number;
}

/** A feature or record with what the plan says of it. */
export interface PlanItem {
  layer: string;
  id: string;
  name?: Text;
  relation?: string;
  distance_m?: number | null;
  accuracy_m?: number | null;
  legal_effect?: string;
  plan?: string;
  quote?: string;
  properties?: Record<string, unknown> | null;
  href?: string;
}

export interface PlanAnswer {
  counties?: PlanItem[];
  features: PlanItem[];
  unknown?: PlanItem[];
  records: PlanItem[];
}

/** RFC 9457 problem details, with the members that the service adds. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
  parameter?: string;
  value?: unknown;
  expected?: unknown;
  hint?: string;
  faults?: Fault[];
}

const outcomes = ["hit", "touches", "clear", "no_data", "not_checked"] as const;
export type Outcome = (typeof outcomes)[number];

/** Only a word that the contract knows counts; anything else, or nothing, is "not checked". */
export function outcomeOf(word: unknown): Outcome {
  return outcomes.find((o) => o === word) ?? "not_checked";
}

const verdicts = ["prohibited", "restricted", "incomplete", "advisory", "clear"] as const;
export type Verdict = (typeof verdicts)[number];

/** An unknown or missing verdict is "incomplete": never better than what was said. */
export function verdictOf(word: unknown): Verdict {
  return verdicts.find((v) => v === word) ?? "incomplete";
}

/**
 * The verdict to show. A "clear" or "advisory" that stands beside a layer that was not checked,
 * or beside no layers at all, is shown as incomplete.
 */
export function shownVerdict(answer: Answer): Verdict {
  const said = verdictOf(answer.verdict);
  const rows = answer.layers ?? [];
  const gap = rows.length === 0 || rows.some((r) => outcomeOf(r.outcome) === "not_checked");
  return gap && (said === "clear" || said === "advisory") ? "incomplete" : said;
}
