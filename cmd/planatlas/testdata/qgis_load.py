"""Loads every collection of an OGC API - Features service with QGIS, as a user does
from its dialogue, and prints the number of features of each as JSON; then filters
one by attribute and by place. Usage: qgis_load.py URL"""
import json
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from qgis.core import Qgis, QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer  # noqa: E402
import urllib.request  # noqa: E402

app = QgsApplication([], False)
app.initQgis()
url = sys.argv[1]
counts, wrong = {}, []
for c in json.load(urllib.request.urlopen(url + "/collections"))["collections"]:
    layer = QgsVectorLayer(f"url='{url}' typename='{c['id']}' pageSize='17'", c["id"], "OAPIF")
    if not layer.isValid():
        wrong.append(c["id"] + ": " + layer.error().message())
        continue
    counts[c["id"]] = sum(1 for _ in layer.getFeatures())

layer = QgsVectorLayer(f"url='{url}' typename='reference' restrictToRequestBBOX='1'", "reference", "OAPIF")
box = QgsRectangle(113.4, 37.8, 113.8, 38.2)
near = sorted(f["id"] for f in layer.getFeatures(QgsFeatureRequest().setFilterRect(box)))
layer.setSubsetString("\"status\" = 'existing'")
named = sorted(f["id"] for f in layer.getFeatures())
json.dump({"version": Qgis.QGIS_VERSION_INT, "counts": counts, "wrong": wrong, "named": len(named), "near": len(near)}, sys.stdout)
sys.stdout.flush()
os._exit(0)  # QGIS may crash on the way out
