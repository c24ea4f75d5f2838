// GCJ-02, the shifted coordinates of some Chinese background maps. The formula in use is not official; it is exact to about 1 to 2 m.

const a = 6378245;
const ee = 0.006693421622965943;

/** The shift of a position on CGCS2000, in degrees. */
function shift(lon: number, lat: number): [number, number] {
  const [x, y] = [lon - 105, lat - 35];
  const { PI, sin, sqrt, abs } = Math;
  const ripple = (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * (2 / 3);
  const dy =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple +
    (20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * (2 / 3) + (160 * sin((y / 12) * PI) + 320 * sin((y / 30) * PI)) * (2 / 3);
  const dx =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple +
    (20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * (2 / 3) + (150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * (2 / 3);
  const phi = (lat / 180) * PI;
  const w = 1 - ee * sin(phi) ** 2;
  return [
    (dx * 180) / ((a / sqrt(w)) * Math.cos(phi) * PI),
    (dy * 180) / (((a * (1 - ee)) / (w * sqrt(w))) * PI),
  ];
}

/** From CGCS2000 to GCJ-02, degrees. */
export function toGCJ(lon: number, lat: number): [number, number] {
  const [dx, dy] = shift(lon, lat);
  return [lon + dx, lat + dy];
}

/** From GCJ-02 to CGCS2000, degrees: the inverse of the formula, by repetition, below a micrometre. */
export function fromGCJ(lon: number, lat: number): [number, number] {
  let [x, y] = [lon, lat];
  for (let i = 0; i < 6; i++) {
    const [dx, dy] = shift(x, y);
    [x, y] = [lon - dx, lat - dy];
  }
  return [x, y];
}
