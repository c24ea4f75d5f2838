"""Areas of overlap, computed apart from PostGIS and from planatlas.

Reads {"site": geometry, "layers": {layer: {id: geometry}}} on stdin, GeoJSON in
longitude and latitude, and writes {"site": m2, "layers": {layer: {"union": m2,
"features": {id: m2}}}}: what is shared with the site. Edges are straight in
longitude and latitude; points are put on them so that none is longer than 70 m.
Areas are geodesic on the ellipsoid of CGCS2000 (GB 22021-2008).
"""

import json
import math
import sys

from pyproj import Geod
from shapely.geometry import shape
from shapely.geometry.polygon import orient
from shapely.ops import transform, unary_union

CGCS2000 = Geod(a=6378137, rf=298.257222101)
LONGEST = 70.0


def densify(geometry):
    """Returns the geometry with points on its edges."""

    def ring(xs, ys):
        x_out, y_out = [xs[0]], [ys[0]]
        for x0, y0, x1, y1 in zip(xs, ys, xs[1:], ys[1:]):
            _, _, length = CGCS2000.inv(x0, y0, x1, y1)
            n = max(1, math.ceil(length / LONGEST))
            x_out += [x0 + (x1 - x0) * i / n for i in range(1, n)] + [x1]
            y_out += [y0 + (y1 - y0) * i / n for i in range(1, n)] + [y1]
        return x_out, y_out

    return transform(lambda xs, ys: ring(list(xs), list(ys)), geometry)


def polygons(geometry):
    """Returns the polygons of a geometry, without its points and lines."""
    parts = getattr(geometry, "geoms", [geometry])
    return [p for p in parts if p.geom_type == "Polygon" and not p.is_empty]


def area(geometry):
    """Returns the geodesic area of the polygons in the geometry."""
    return sum(abs(CGCS2000.geometry_area_perimeter(orient(p))[0]) for p in polygons(geometry))


def main():
    job = json.load(sys.stdin)
    site = densify(shape(job["site"]))
    layers = {}
    for layer, features in job["layers"].items():
        shared = {}
        for name, feature in features.items():
            g = shape(feature)
            if g.geom_type in ("Polygon", "MultiPolygon"):
                shared[name] = site.intersection(densify(g))
        union = unary_union([p for g in shared.values() for p in polygons(g)])
        layers[layer] = {"union": area(union), "features": {name: area(g) for name, g in shared.items()}}
    json.dump({"site": area(site), "layers": layers}, sys.stdout)


main()
