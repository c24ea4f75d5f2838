"""Walks every collection of an OGC API - Features service with OWSLib, by its next
links, and prints the number of features of each as JSON. Usage: owslib_walk.py URL"""
import json
import sys
from urllib.parse import parse_qsl, urlparse

from owslib.ogcapi.features import Features

service = Features(sys.argv[1])
counts = {}
for name in service.feature_collections():
    seen, page = set(), service.collection_items(name, limit=17)
    while True:
        for feature in page["features"]:
            assert feature["id"] not in seen, f"{name}: {feature['id']} came twice"
            seen.add(feature["id"])
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        if not following:
            break
        page = service.collection_items(name, **dict(parse_qsl(urlparse(following[0]).query)))
    counts[name] = len(seen)
json.dump(counts, sys.stdout)
