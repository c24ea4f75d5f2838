// The ways a site comes in besides drawing: a file that is chosen or dropped, and text that is pasted.
import { el } from "./dom";
import { t } from "./i18n";

export interface InputActions {
  draw(): void;
  /** A file, or pasted text as one. */
  file(file: File): void;
  /** Nothing was pasted. */
  empty(): void;
}

/** What the service reads; a browser may call the types otherwise, so that "all files" stays possible. */
const endings = ".txt,.csv,.xlsx,.zip,.geojson,.json,.kml,.kmz,.gpkg,.dxf,.fgb,.gml,.wkt";

/** The three ways in. The elements live as long as the page, so that text and focus survive a redraw. */
export class SiteInputs {
  readonly element = el("div", { class: "inputs" });
  private readonly text = el("textarea", { rows: 4, spellcheck: "false", id: "paste-input", "data-testid": "paste-input" });
  private readonly chooser = el("input", { type: "file", accept: endings, hidden: true, "data-testid": "file-input" });
  private pasteOpen = false;

  constructor(private readonly actions: InputActions) {
    this.chooser.addEventListener("change", () => {
      const file = this.chooser.files?.[0];
      this.chooser.value = ""; // the same file may be chosen again after it was mended
      if (file) actions.file(file);
    });
    acceptDrops(actions);
  }

  /** Draws the inputs; `again` when there is a site already. */
  render(again: boolean): void {
    const paste = el(
      "details",
      { class: "paste", open: this.pasteOpen && !again, ontoggle: () => (this.pasteOpen = paste.open) },
      el("summary", {}, t("paste")),
      el("label", { for: "paste-input" }, t("pasteLabel")),
      this.text,
      el("button", { type: "button", "data-testid": "paste-check", onclick: () => this.pasted() }, t("readPasted")),
    );
    this.element.replaceChildren(
      el(
        "div",
        { class: "row" },
        el("button", { type: "button", class: again ? "" : "primary", "data-testid": "draw", onclick: () => this.actions.draw() }, again ? t("drawAgain") : t("draw")),
        el("button", { type: "button", "data-testid": "choose-file", onclick: () => this.chooser.click() }, t("chooseFile")),
        this.chooser,
      ),
      again ? "" : el("p", { class: "dropzone note" }, t("dropHere")),
      paste,
    );
  }

  private pasted(): void {
    const text = this.text.value.trim();
    if (text) this.actions.file(new File([this.text.value], "pasted", { type: "text/plain" }));
    else this.actions.empty();
  }
}

/** A file may be dropped anywhere on the page. */
function acceptDrops(actions: InputActions): void {
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const mark = (on: boolean) => document.body.toggleAttribute("data-dropping", on);
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && mark(false));
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(false);
    const file = event.dataTransfer?.files[0];
    if (file) actions.file(file);
  });
}
