"""Opens the vector tiles of a service with QGIS, in the style of the service, and
draws them; then reads the SLD of every collection. Prints what it found as JSON.
Usage: qgis_tiles.py URL LON LAT"""
import json
import os
import sys
import tempfile
import urllib.request

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402
from qgis.core import (QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsMapRendererSequentialJob,  # noqa: E402
                       QgsMapSettings, QgsPointXY, QgsProject, QgsRectangle, QgsVectorLayer, QgsVectorTileLayer)

app = QgsApplication([], False)
app.initQgis()
url, lon, lat = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
collections = [c for c in json.load(urllib.request.urlopen(url + "/collections"))["collections"] if c["geometryType"]]


def get(address):
    return urllib.request.urlopen(address).read()


names = ",".join(c["id"] for c in collections)
layer = QgsVectorTileLayer(f"type=xyz&zmin=0&zmax=14&url={url}/tiles/{names}/{{z}}/{{x}}/{{y}}.mvt&styleUrl={url}/styles/plan?labels%3Dtrue", "plan")
error, warnings = layer.loadDefaultStyle()[:2] if layer.isValid() else ("the layer is not valid", [])
mercator = QgsCoordinateReferenceSystem("EPSG:3857")
middle = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), mercator, QgsProject.instance()).transform(QgsPointXY(lon, lat))
settings = QgsMapSettings()
settings.setLayers([layer])
settings.setDestinationCrs(mercator)
settings.setOutputSize(QSize(400, 400))
settings.setBackgroundColor(QColor("white"))
settings.setExtent(QgsRectangle(middle.x() - 20000, middle.y() - 20000, middle.x() + 20000, middle.y() + 20000))
job = QgsMapRendererSequentialJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
colours = len({image.pixel(x, y) for x in range(0, 400, 2) for y in range(0, 400, 2)})

sld = {}
for c in collections:
    for f in ("sld10", "sld11"):
        kind = {"Point": "Point", "LineString": "LineString"}.get(c["geometryType"].replace("Multi", ""), "Polygon")
        of = QgsVectorLayer(kind + "?crs=EPSG:4326&field=name_zh:string", c["id"], "memory")
        with tempfile.NamedTemporaryFile(suffix=".sld") as file:
            file.write(get(f"{url}/styles/{c['id']}?f={f}"))
            file.flush()
            message, ok = of.loadSldStyle(file.name)
        symbols = of.renderer().symbols(__import__("qgis.core", fromlist=["QgsRenderContext"]).QgsRenderContext()) if ok else []
        sld[c["id"] + " " + f] = {"ok": ok, "message": message, "renderer": of.renderer().type() if of.renderer() else "",
                                  "colours": sorted({s.color().name() for s in symbols})}
json.dump({"valid": layer.isValid(), "error": str(error), "colours": colours, "sld": sld}, sys.stdout)
sys.stdout.flush()
os._exit(0)  # QGIS may crash on the way out
