// Talking to the service. Every failure becomes an ApiError that can be read out as a sentence.
import type { Feature, FeatureCollection } from "geojson";
import type { Answer, Collection, Link, Problem } from "./model";

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
  // Records of the plan have no geometry and are not drawn.
  return (body.collections as Collection[]).filter((c) => c.geometryType);
}

/** All features of a collection, page by page. Fewer than `numberMatched` is an error, not a shorter layer. */
export async function fetchItems(id: string): Promise<Feature[]> {
  const first = new URL(`collections/${encodeURIComponent(id)}/items`, root);
  first.searchParams.set("limit", String(pageLimit));
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

/** Sends a site, GeoJSON text, to be checked. */
export async function postCheck(geojson: string, signal: AbortSignal): Promise<Answer> {
  const body = await getJSON(new URL("checks", root), {
    method: "POST",
    body: geojson,
    signal,
    headers: { "Content-Type": "application/geo+json" },
  });
  return asAnswer(body);
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
      headers: { Accept: "application/geo+json, application/json, application/problem+json", ...init.headers },
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
