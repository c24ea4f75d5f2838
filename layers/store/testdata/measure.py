"""Measures of sites against layers, computed apart from PostGIS and from planatlas.

Reads {"sites": [geometry], "layers": {layer: {id: geometry}}, "within": metres} on
stdin, GeoJSON in longitude and latitude, and writes a list with {"area": m2, "layers":
{layer: {"union": m2, "nearest": m, "features": {id: {"overlap": m2, "length": m,
"distance": m}}}}} for each site: features that meet it or are nearer than "within".

Edges are straight in longitude and latitude; points are put on them so that none is
longer than 70 m. Areas and lengths are geodesic on the ellipsoid of CGCS2000 (GB
22021-2008). The nearest points of two shapes are found on a transverse Mercator plane
around the site, and their distance is geodesic.
"""

import json
import math
import sys

from pyproj import Geod, Transformer
from shapely.geometry import box, shape
from shapely.geometry.polygon import orient
from shapely.ops import nearest_points, transform, unary_union

CGCS2000 = Geod(a=6378137, rf=298.257222101)
LONGEST = 70.0


def densify(geometry):
    """Returns the geometry with points on its edges."""

    def ring(xs, ys):
        xs, ys = list(xs), list(ys)
        x_out, y_out = [xs[0]], [ys[0]]
        for x0, y0, x1, y1 in zip(xs, ys, xs[1:], ys[1:]):
            rough = math.hypot((x1 - x0) * 111320 * math.cos(math.radians(y0)), (y1 - y0) * 111320)
            n = max(1, math.ceil(rough / LONGEST))
            x_out += [x0 + (x1 - x0) * i / n for i in range(1, n)] + [x1]
            y_out += [y0 + (y1 - y0) * i / n for i in range(1, n)] + [y1]
        return x_out, y_out

    return transform(ring, geometry)


def parts(geometry, kind):
    """Returns the members of one kind, without the others."""
    return [p for p in getattr(geometry, "geoms", [geometry]) if p.geom_type == kind and not p.is_empty]


def area(geometry):
    """Returns the geodesic area of the polygons in the geometry."""
    return sum(abs(CGCS2000.geometry_area_perimeter(orient(p))[0]) for p in parts(geometry, "Polygon"))


def length(geometry):
    """Returns the geodesic length of the lines in the geometry."""
    return sum(CGCS2000.geometry_length(p) for p in parts(geometry, "LineString"))


class Site:
    """A site and the plane around it."""

    def __init__(self, geometry):
        self.flat = shape(geometry)
        self.shape = densify(self.flat)
        c = self.flat.centroid
        self.stretch = math.cos(math.radians(c.y))
        wkt = f"+proj=tmerc +lat_0={c.y} +lon_0={c.x} +k=1 +a=6378137 +rf=298.257222101 +units=m"
        geographic = "+proj=longlat +a=6378137 +rf=298.257222101"
        self.forward = Transformer.from_crs(geographic, wkt, always_xy=True).transform
        self.inverse = Transformer.from_crs(wkt, geographic, always_xy=True).transform
        self.plane = transform(self.forward, self.shape)
        self.rough = transform(lambda x, y: (x * self.stretch, y), self.flat)

    def guess(self, feature):
        """Returns about how many metres the feature is away."""
        return 111000 * self.rough.distance(transform(lambda *c: (c[0] * self.stretch, c[1]), feature.flat))

    def distance(self, feature):
        """Returns the geodesic distance, 0 when the shapes meet."""
        if self.flat.intersects(feature.flat):
            return 0.0
        a, b = nearest_points(transform(self.forward, feature.near(self)), self.plane)
        (x0, y0), (x1, y1) = self.inverse(a.x, a.y), self.inverse(b.x, b.y)
        return CGCS2000.inv(x0, y0, x1, y1)[2]


class Feature:
    """A feature, with points on its edges."""

    def __init__(self, geometry):
        self.flat = shape(geometry)
        self.shape = densify(self.flat)

    def near(self, site):
        """Returns what of the feature can be nearest to the site."""
        d = (site.guess(self) * 1.3 + 100) / 80000
        x0, y0, x1, y1 = site.flat.bounds
        return self.shape.intersection(box(x0 - d, y0 - d, x1 + d, y1 + d))


def measure(site, features, within):
    """Returns the measures of one layer."""
    guesses = {name: site.guess(f) for name, f in features.items()}
    nearest = min((site.distance(features[name]) for name, g in guesses.items() if g <= 1.1 * min(guesses.values()) + 1), default=None)
    out, shared = {}, []
    for name, f in features.items():
        if guesses[name] > 1.1 * within + 10:
            continue
        d = site.distance(f)
        if d > within:
            continue
        common = site.shape.intersection(f.shape) if d == 0 else shape({"type": "Point", "coordinates": []})
        out[name] = {"distance": d, "overlap": area(common), "length": length(common) if "Line" in f.flat.geom_type else 0}
        shared += parts(common, "Polygon")
    return {"union": area(unary_union(shared)), "nearest": nearest, "features": out}


def main():
    job = json.load(sys.stdin)
    layers = {layer: {name: Feature(g) for name, g in fs.items()} for layer, fs in job["layers"].items()}
    out = []
    for geometry in job["sites"]:
        site = Site(geometry)
        out.append({"area": area(site.shape), "layers": {layer: measure(site, fs, job["within"]) for layer, fs in layers.items()}})
    json.dump(out, sys.stdout)


main()
