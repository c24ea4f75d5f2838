// The page: panel with two tabs, map, feature panel, site check.
import type Feature from "ol/Feature";
import type OLMap from "ol/Map";
import "ol/ol.css";
import "./answer.css";
import "./check.css";
import "./main.css";
import { fetchCollections } from "./api";
import { CheckPanel } from "./check";
import { byId, el } from "./dom";
import { applyToDocument, onLang, t } from "./i18n";
import { addLayers, loadLayer, loadLayers, type AtlasLayer } from "./layers";
import { refreshEntry, renderLegend, type LegendActions } from "./legend";
import { createMap, fitPadding, Overlay, zoomTo } from "./map";
import { bandStyle, conflictStyle, faultStyle, selectionStyle, siteStyle } from "./overlays";
import { Panel } from "./panel";
import { Popup } from "./popup";
import { failureBox } from "./problem";
import { startTheme } from "./theme";
import { onDay } from "./time";
import { Uncertainty } from "./uncertainty";

declare global {
  interface Window {
    /** The map, for tests and for the curious at the console. */
    planatlas: { map: OLMap };
  }
}

function start(): void {
  startTheme();
  applyToDocument();
  const panel = new Panel({ resized: () => fitPadding(map) });
  const map = createMap();
  window.planatlas = { map };
  const legendBox = panel.layersTab;
  let layers: AtlasLayer[] = [];
  let listError: unknown;

  const selection = new Overlay(map, 9000, selectionStyle);
  const bands = new Overlay(map, 8999, bandStyle);
  const site = new Overlay(map, 9001, siteStyle);
  const conflicts = new Overlay(map, 9002, conflictStyle);
  const faults = new Overlay(map, 9003, faultStyle);
  const layerOf = (f: Feature) => layers.find((l) => l.collection.id === f.get("_layer"));
  const zoom = (f: Feature) => zoomTo(map, f.getGeometry()?.getExtent());
  const popup = new Popup({
    layerOf,
    zoom,
    selected: (f) => selection.mark(f?.getGeometry()),
  });
  const check = new CheckPanel({
    map,
    layers: () => layers,
    site,
    conflicts,
    faults,
    uncertainty: new Uncertainty(bands, () => layers),
    reveal: () => panel.open("check"),
    makeRoom: () => {
      popup.close();
      panel.makeRoom();
    },
  });
  panel.checkTab.append(check.element);

  const actions: LegendActions = {
    pick: (feature, opener) => {
      zoom(feature);
      popup.open([feature], opener);
    },
    retry: (layer) => {
      layer.state = "loading";
      refreshEntry(layer, actions);
      void loadLayer(layer).then(() => refreshEntry(layer, actions));
    },
  };

  const drawLegend = () => {
    if (listError !== undefined) {
      const again = el("button", { type: "button", onclick: () => void load() }, t("retry"));
      legendBox.replaceChildren(failureBox(t("collectionsFailed"), listError, "collections-error"), again);
    } else {
      legendBox.replaceChildren(
        layers.length > 0 ? renderLegend(layers, actions) : el("p", { class: "note", role: "status" }, ready ? t("noCollections") : t("loadingLayers")),
      );
    }
  };
  let ready = false;
  onLang(() => {
    drawLegend();
    for (const l of layers) l.layer.changed();
  });

  async function load(): Promise<void> {
    listError = undefined;
    drawLegend();
    try {
      layers = addLayers(map, await fetchCollections());
    } catch (err) {
      listError = err;
    }
    drawLegend();
    await loadLayers(layers, (layer) => refreshEntry(layer, actions));
    ready = true;
    drawLegend();
    check.refresh();
    await check.openFromHash();
    map.once("rendercomplete", () => (document.body.dataset.ready = "true"));
    map.render();
  }

  onDay(() => {
    popup.close();
    for (const layer of layers) {
      layer.state = "loading";
      refreshEntry(layer, actions);
    }
    void loadLayers(layers, (layer) => refreshEntry(layer, actions));
  });
  identify(map, check, popup);
  void load();
}

/** A click, or Enter with the map in focus, reads the features there. */
function identify(map: OLMap, check: CheckPanel, popup: Popup): void {
  const target = byId("map");
  const at = (pixel: number[]) => {
    const found = new Set<Feature>();
    map.forEachFeatureAtPixel(pixel, (f) => void found.add(f as Feature), {
      hitTolerance: 5,
      layerFilter: (layer) => !layer.get("overlay"),
    });
    if (found.size > 0) popup.open([...found], target);
    else popup.close();
  };
  map.on("singleclick", (event) => {
    if (!check.isDrawing) at(event.pixel);
  });
  target.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== target || check.isDrawing) return;
    const center = map.getView().getCenter();
    const pixel = center && map.getPixelFromCoordinate(center);
    if (pixel) at(pixel);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !check.isDrawing) popup.close();
  });
}

start();
