// Talking to the service. Every failure becomes an ApiError that can be read out as a sentence.
import type { Feature, FeatureCollection } from "geojson";
import { lang } from "./i18n";
import type { Alternatives, Answer, Collection, Found, Link, Pair, PlanAnswer, Problem, ReadSites, Shape } from "./model";

/** The root of the service: the page stands at <root>/map/. */
const root = new URL("../", document.baseURI);
const pageLimit = 10000;
const maxPages = 500;
const patience = 60_000;

export type FailureKind = "network" | "timeout" | "aborted" | "status" | "format" | "truncated";

/** What went wrong with one request: its kind, the problem document if there was one, and figures for the sentence. */
export class ApiError extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly problem: Problem,
    cause?: unknown,
  ) {
    super(problem.detail ?? problem.title ?? kind, { cause });
    this.name = "ApiError";
  }
}

/** The address of an archived check. */
export function checkURL(id: string): string {
  return new URL(`checks/${encodeURIComponent(id)}`, root).href;
}

export async function fetchCollections(): Promise<Collection[]> {
  const body = (await getJSON(new URL("collections", root))) as { collections?: unknown };
  if (!Array.isArray(body?.collections)) throw new ApiError("format", { instance: "/collections" });
  return body.collections as Collection[];
}

/** The areas that coverages refer to: the city and its counties. */
export async function fetchOutlines(): Promise<Feature[]> {
  const body = (await getJSON(new URL("outlines", root))) as FeatureCollection;
  if (!Array.isArray(body?.features)) throw new ApiError("format", { instance: "/outlines" });
  return body.features;
}

/** What is called so: in Chinese, pinyin, first letters or English. */
export async function fetchFound(q: string, limit: number, signal?: AbortSignal): Promise<Found[]> {
  const url = new URL("search", root);
  url.searchParams.set("q", q);
  url.searchParams.set("limit", String(limit));
  const body = (await getJSON(url, signal ? { signal } : {})) as { results?: unknown };
  if (!Array.isArray(body?.results)) throw new ApiError("format", { instance: "/search" });
  return body.results as Found[];
}

/** For each feature of a collection the nearest one of another that meets the condition. */
export async function fetchNearest(from: string, to: string, filter: string): Promise<Pair[]> {
  const url = new URL(`collections/${encodeURIComponent(from)}/nearest`, root);
  url.searchParams.set("to", to);
  url.searchParams.set("to-filter", filter);
  url.searchParams.set("limit", String(pageLimit));
  const body = (await getJSON(url)) as { pairs?: unknown };
  if (!Array.isArray(body?.pairs)) throw new ApiError("format", { instance: url.pathname });
  return body.pairs as Pair[];
}

/** What the plan says at a place (longitude, latitude) and within so many metres of it. */
export async function fetchPlan(at: [number, number], within: number, signal: AbortSignal): Promise<PlanAnswer> {
  const url = new URL("plan", root);
  url.searchParams.set("at", at.map((v) => v.toFixed(6)).join(","));
  url.searchParams.set("within", String(within));
  const body = (await getJSON(url, { signal })) as PlanAnswer;
  if (!Array.isArray(body?.features) || !Array.isArray(body.records)) throw new ApiError("format", { instance: "/plan" });
  return body;
}

/** One feature, wherever it lies. */
export async function fetchFeature(layer: string, id: string, signal?: AbortSignal): Promise<Feature> {
  const body = (await getJSON(new URL(itemPath(layer, id), root), signal ? { signal } : {})) as Feature;
  if (body?.type !== "Feature") throw new ApiError("format", { instance: itemPath(layer, id) });
  return body;
}

/** The page of a feature or record, for people. */
export function pageURL(layer: string, id: string): string {
  return new URL(`${itemPath(layer, id)}?f=html`, root).href;
}

function itemPath(layer: string, id: string): string {
  return `collections/${encodeURIComponent(layer)}/items/${encodeURIComponent(id)}`;
}

/**
 * All features of a collection that are in force on a day (YYYY-MM-DD; today when it is left out), page by page. Fewer than
 * `numberMatched` is an error, not a shorter layer.
 */
export async function fetchItems(id: string, on?: string): Promise<Feature[]> {
  const first = new URL(`collections/${encodeURIComponent(id)}/items`, root);
  first.searchParams.set("limit", String(pageLimit));
  if (on) first.searchParams.set("datetime", on);
  const all: Feature[] = [];
  const seen = new Set<string>();
  let matched: number | undefined;
  for (let url: URL | undefined = first; url; ) {
    if (seen.has(url.href) || seen.size >= maxPages) throw new ApiError("truncated", { value: all.length, expected: matched });
    seen.add(url.href);
    const page = (await getJSON(url)) as FeatureCollection & { numberMatched?: number; links?: Link[] };
    if (!Array.isArray(page?.features)) throw new ApiError("format", { instance: url.pathname });
    for (const f of page.features) all.push(f);
    matched = page.numberMatched;
    url = nextPage(first, page.links);
  }
  if (typeof matched === "number" && all.length < matched) {
    throw new ApiError("truncated", { value: all.length, expected: matched });
  }
  return all;
}

/** Only the query of the next link is used, so that paging works behind any host name and prefix. */
function nextPage(items: URL, links: Link[] | undefined): URL | undefined {
  const href = links?.find((l) => l.rel === "next")?.href;
  if (!href) return undefined;
  const next = new URL(items);
  next.search = new URL(href, items).search;
  return next;
}

/** What is said when a file leaves it open: its system, its layer, whether faults are mended. */
export interface Choices {
  crs?: string;
  layer?: string;
  repair?: boolean;
}

/** A site as it is sent: a shape of the page, or a file as it was handed in. */
export type SiteInput = { geometry: Shape; name?: string } | { file: File; choices: Choices };

/** What is said beside the site: of the project, of the boundary's accuracy (metres), and the day whose law holds. */
export interface Said {
  project: Record<string, unknown>;
  accuracyM?: number;
  on?: string;
}

/** Sends a site to be checked. */
export async function postCheck(site: SiteInput, said: Said, signal: AbortSignal): Promise<Answer> {
  return asAnswer(await getJSON(siteURL("checks", said), { method: "POST", signal, ...siteBody(site) }));
}

/** Has a file read and nothing archived: its plots, what was believed about it, and its faults. */
export async function postSites(file: File, choices: Choices, signal: AbortSignal): Promise<ReadSites> {
  const body = (await getJSON(new URL("sites", root), { method: "POST", signal, ...siteBody({ file, choices }) })) as ReadSites;
  if (!Array.isArray(body?.features) || body.features.length === 0) throw new ApiError("format", { instance: "/sites" });
  return body;
}

/** Has alternative sites checked for one project and ranked. */
export async function postCompare(sites: { geometry: Shape; name: string }[], said: Said, signal: AbortSignal): Promise<Alternatives> {
  const features = sites.map(({ geometry, name }) => ({ type: "Feature", properties: { name }, geometry }));
  const url = siteURL("checks/compare", { project: {}, on: said.on });
  const body = JSON.stringify({ type: "FeatureCollection", features, project: said.project });
  const answer = (await getJSON(url, { method: "POST", signal, body, headers: { "Content-Type": "application/geo+json" } })) as Alternatives;
  if (!Array.isArray(answer?.sites)) throw new ApiError("format", { instance: "/checks/compare" });
  for (const site of answer.sites) asAnswer(site.answer);
  return answer;
}

function siteURL(path: string, said: Said): URL {
  const url = new URL(path, root);
  if (Object.keys(said.project).length > 0) url.searchParams.set("project", JSON.stringify(said.project));
  if (said.accuracyM) url.searchParams.set("accuracy_m", String(said.accuracyM));
  if (said.on) url.searchParams.set("on", said.on);
  return url;
}

function siteBody(site: SiteInput): RequestInit {
  if ("geometry" in site) {
    const feature = { type: "Feature", properties: site.name ? { name: site.name } : {}, geometry: site.geometry };
    return { body: JSON.stringify(feature), headers: { "Content-Type": "application/geo+json" } };
  }
  const form = new FormData();
  form.set("file", site.file);
  if (site.choices.crs) form.set("site-crs", site.choices.crs);
  if (site.choices.layer) form.set("site-layer", site.choices.layer);
  if (site.choices.repair) form.set("repair", "true");
  return { body: form };
}

/** The address of the report of an archived check. */
export function reportURL(id: string, format: string, language: string): string {
  const url = new URL(`${checkURL(id)}/report`);
  url.searchParams.set("f", format);
  url.searchParams.set("lang", language);
  return url.href;
}

/** Fetches an archived check. */
export async function fetchCheck(id: string, signal: AbortSignal): Promise<Answer> {
  return asAnswer(await getJSON(new URL(checkURL(id)), { signal }));
}

function asAnswer(body: unknown): Answer {
  const answer = body as Answer;
  if (typeof body !== "object" || body === null || typeof answer.verdict !== "string" || !Array.isArray(answer.layers)) {
    throw new ApiError("format", { instance: "/checks" });
  }
  return answer;
}

async function getJSON(url: URL, init: RequestInit = {}): Promise<unknown> {
  const control = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    control.abort();
  }, patience);
  const cancel = () => control.abort();
  init.signal?.addEventListener("abort", cancel, { once: true });
  try {
    const response = await fetch(url, {
      ...init,
      signal: control.signal,
      headers: { Accept: "application/geo+json, application/json, application/problem+json", "Accept-Language": lang(), ...init.headers },
    });
    const text = await response.text();
    if (!response.ok) throw new ApiError("status", problemFrom(response, text));
    return parse(text, response.status, url);
  } catch (err) {
    if (err instanceof ApiError) throw err;
    if (init.signal?.aborted) throw new ApiError("aborted", {}, err);
    throw new ApiError(late ? "timeout" : "network", { instance: url.pathname }, err);
  } finally {
    clearTimeout(timer);
    init.signal?.removeEventListener("abort", cancel);
  }
}

function parse(text: string, status: number, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch (err) {
    throw new ApiError("format", { status, instance: url.pathname }, err);
  }
}

function problemFrom(response: Response, text: string): Problem {
  let problem: Problem = {};
  if ((response.headers.get("Content-Type") ?? "").includes("json")) {
    try {
      problem = JSON.parse(text) as Problem;
    } catch {
      problem = {}; // the status alone still makes a sentence
    }
  }
  return { ...problem, status: response.status };
}
