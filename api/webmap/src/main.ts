// The page: panel with two tabs, map, feature panel, site check.
import type Feature from "ol/Feature";
import type OLMap from "ol/Map";
import "ol/ol.css";
import { containsExtent } from "ol/extent";
import { toLonLat } from "ol/proj";
import "./answer.css";
import "./atlas.css";
import "./check.css";
import "./main.css";
import "./print.css";
import { fetchCollections, fetchFeature, pageURL } from "./api";
import { backgrounds } from "./background";
import { Base } from "./base";
import { CheckPanel } from "./check";
import { byId, el } from "./dom";
import { hashValue, setHashValue } from "./hash";
import { applyToDocument, onLang, t } from "./i18n";
import { addLayers, findFeature, loadLayer, loadLayers, readFeatures, type AtlasLayer } from "./layers";
import { refreshEntry, renderLegend, type LegendActions } from "./legend";
import { createMap, fitPadding, home, Overlay, showHome, zoomTo } from "./map";
import type { Collection } from "./model";
import { bandStyle, conflictStyle, faultStyle, selectionStyle, siteStyle } from "./overlays";
import { Panel } from "./panel";
import { Parks } from "./parks";
import { PlanPanel } from "./plan";
import { Popup } from "./popup";
import { failureBox } from "./problem";
import { Printing } from "./print";
import { addReadout } from "./readout";
import { searchBox } from "./search";
import { reachOf } from "./style";
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
  let collections: Collection[] = [];
  let listError: unknown;

  const selection = new Overlay(map, 9000, selectionStyle);
  const bands = new Overlay(map, 8999, bandStyle);
  const site = new Overlay(map, 9001, siteStyle);
  const conflicts = new Overlay(map, 9002, conflictStyle);
  const faults = new Overlay(map, 9003, faultStyle);
  const layerOf = (f: Feature) => layers.find((l) => l.collection.id === f.get("_layer"));
  const zoom = (f: Feature) => zoomTo(map, (reachOf(f.getGeometry(), f.get("accuracy_m")) ?? f.getGeometry())?.getExtent());
  let clicked: [number, number] | undefined; // longitude and latitude of the last click that read features
  const popup = new Popup({
    layerOf,
    zoom,
    selected: (f) => {
      selection.mark(f?.getGeometry());
      reach.source.clear();
      if (f?.getGeometry()?.getType() === "Point") reach.source.addFeature(f.clone());
      setHashValue("feature", f ? `${String(f.get("_layer"))}/${String(f.getId())}` : null);
    },
    ask: () => clicked && void plan.ask(clicked),
  });
  const base = new Base(map);
  const reach = new Overlay(map, 8997, bandStyle); // within which a point that is selected lies
  const spot = new Overlay(map, 8998, selectionStyle);
  const show = (feature: Feature, opener: HTMLElement) => {
    panel.makeRoom();
    zoom(feature);
    popup.open([feature], opener);
  };
  /** Shows a feature by its name, wherever it is; a record of the plan has a page. */
  const showById = async (layer: string, id: string, opener: HTMLElement) => {
    const loaded = findFeature(layers, layer, id);
    if (loaded) return show(loaded, opener);
    const known = collections.find((c) => c.id === layer);
    if (known && !known.geometryType) return void location.assign(pageURL(layer, id));
    try {
      const [feature] = readFeatures([await fetchFeature(layer, id)]);
      feature!.set("_layer", layer);
      show(feature!, opener);
    } catch (err) {
      popup.fail(err, opener);
    }
  };
  const plan = new PlanPanel({
    mark: (at) => void spot.show(at ? [{ geometry: { type: "Point", coordinates: at } }] : []),
    show: (layer, id, opener) => void showById(layer, id, opener),
    collections: () => collections,
    reveal: () => panel.open("plan"),
  });
  panel.planTab.append(plan.element);
  const parks = new Parks({ layers: () => layers, show });
  panel.parksTab.append(parks.element);
  searchBox(panel.searchBox, (found) => void showById(found.layer, found.id, byId("search")));
  panel.onOpen((tab) => tab === "parks" && parks.opened());
  addReadout(map, () => showHome(map, base.extent));
  const background = backgrounds(map);
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
  const printing = new Printing({ map, layers: () => layers, note: () => check.title, restore: () => fitPadding(map) });
  panel.addTool(printing.button);

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
        background ?? "",
        layers.length > 0 ? renderLegend(layers, actions) : el("p", { class: "note", role: "status" }, ready ? t("noCollections") : t("loadingLayers")),
        base.entry,
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
      collections = await fetchCollections();
      layers = addLayers(map, collections.filter((c) => c.geometryType)); // records have nothing to draw
    } catch (err) {
      listError = err;
    }
    drawLegend();
    plan.render();
    await Promise.all([base.load(), loadLayers(layers, (layer) => refreshEntry(layer, actions))]);
    ready = true;
    if (base.extent && !containsExtent(home, base.extent)) showHome(map, base.extent); // another city
    drawLegend();
    if (panel.isOpen("parks")) parks.opened();
    else parks.render();
    const shared = hashValue("feature")?.split("/");
    if (shared?.[0] && shared[1]) await showById(shared[0], shared.slice(1).join("/"), byId("map"));
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
    void loadLayers(layers, (layer) => refreshEntry(layer, actions)).then(() => parks.render());
  });
  identify(map, check, popup, (at) => {
    clicked = at;
    if (panel.isOpen("plan")) void plan.ask(at);
    return panel.isOpen("plan");
  });
  void load();
}

/** A click, or Enter with the map in focus, reads the features there, unless the place itself (longitude, latitude) was asked for. */
function identify(map: OLMap, check: CheckPanel, popup: Popup, asked: (at: [number, number]) => boolean): void {
  const target = byId("map");
  const at = (pixel: number[]) => {
    if (asked(toLonLat(map.getCoordinateFromPixel(pixel)) as [number, number])) return popup.close();
    const found = new Set<Feature>();
    map.forEachFeatureAtPixel(pixel, (f) => void found.add(f as Feature), {
      hitTolerance: 5,
      layerFilter: (layer) => !layer.get("overlay"),
    });
    popup.open([...found], target, true);
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
