// Coordinates as people type them: degrees, degrees-minutes-seconds, or metres of a 3-degree zone of CGCS2000.
import { fromGauss, meridianOf } from "./gauss";

/** A position, longitude before latitude in degrees on CGCS2000. */
export type LonLat = [lon: number, lat: number];

/** What is wrong with typed coordinates: none there, an odd count, or a number that is no place in China. */
export class CoordinateError extends Error {
  constructor(
    readonly reason: "empty" | "pairs" | "unknown",
    readonly text: string,
  ) {
    super(`${reason}: ${text}`);
    this.name = "CoordinateError";
  }
}

const number = /[-+]?\d+(?:\.\d+)?/;
/** One angle: degrees, and minutes and seconds when their marks follow; the letter may stand before or after. */
const angle = /([NSEW北南东西])?[经纬]?\s*([-+]?\d+(?:\.\d+)?)\s*(?:[°度d:]\s*(?:(\d+(?:\.\d+)?)(?![\d.]|\s*[°度d])\s*(?:['′’分:]\s*(?:(\d+(?:\.\d+)?)(?![\d.]|\s*[°度d:])\s*(?:["″”秒]|'')?)?)?)?)?\s*(?:([NSEW北南东西])(?!\s*[经纬\d]))?/giu;
/** The zone of eastings without a prefix. */
const homeZone = 38;

interface Value {
  value: number;
  axis: "lon" | "lat" | undefined;
}

/**
 * Reads the positions of one line or of several, two numbers each. Degrees are put in order by letters or by their size
 * (longitude is above 70 in China, latitude below 60); metres by their size: a northing has seven digits, an easting six, or
 * eight with its zone.
 */
export function parseCoordinates(text: string): LonLat[] {
  const positions: LonLat[] = [];
  for (const line of text.split(/[\n;；]+/)) {
    if (!number.test(line)) continue;
    const values = numbersOf(withoutLabel(line));
    if (values.length === 0) continue;
    if (values.length % 2 !== 0) throw new CoordinateError("pairs", line.trim());
    for (let i = 0; i < values.length; i += 2) positions.push(position(values[i]!, values[i + 1]!, line.trim()));
  }
  if (positions.length === 0) throw new CoordinateError("empty", text.trim());
  return positions;
}

/** A line may begin with the name of its point, such as J1. */
function withoutLabel(line: string): string {
  return line.replace(/^\s*[A-DF-MO-RT-VX-Z][A-Z]*\d*\s*[,，:：\s]\s*/i, "");
}

function numbersOf(line: string): Value[] {
  return [...line.matchAll(angle)].map((m) => {
    const [, before, degrees, minutes, seconds, after] = m;
    const letter = (after ?? before ?? "").toUpperCase();
    const size = Math.abs(Number(degrees)) + Number(minutes ?? 0) / 60 + Number(seconds ?? 0) / 3600;
    const negative = degrees!.startsWith("-") || /[SW南西]/.test(letter);
    return { value: negative ? -size : size, axis: /[EW东西]/.test(letter) ? "lon" : /[NS北南]/.test(letter) ? "lat" : undefined };
  });
}

function position(a: Value, b: Value, line: string): LonLat {
  if (isLon(a) && isLat(b) && a.axis !== "lat" && b.axis !== "lon") return [a.value, b.value];
  if (isLat(a) && isLon(b) && a.axis !== "lon" && b.axis !== "lat") return [b.value, a.value];
  for (const [north, east] of [[a.value, b.value], [b.value, a.value]] as const) {
    if (north < 1_900_000 || north > 6_000_000) continue;
    const zone = east >= 25e6 && east < 46e6 ? Math.floor(east / 1e6) : homeZone;
    const metres = east >= 25e6 ? east - zone * 1e6 : east;
    if (metres < 300_000 || metres > 700_000) continue;
    const { lon, lat } = fromGauss(north, metres, meridianOf(zone));
    return [lon, lat];
  }
  throw new CoordinateError("unknown", line);
}

const isLon = (v: Value) => v.value > 70 && v.value < 140;
const isLat = (v: Value) => v.value > 0 && v.value < 60;
