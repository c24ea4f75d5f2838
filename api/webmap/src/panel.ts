// The side panel, a bottom sheet on a phone: title, languages, and the two tabs.
import { byId, el } from "./dom";
import { lang, onLang, setLang, t, type Lang } from "./i18n";
import { themeButton } from "./theme";
import { dayControl } from "./time";

export type Tab = "layers" | "check";

export class Panel {
  readonly layersTab = el("div", { id: "tab-layers", role: "tabpanel", tabindex: 0, "aria-labelledby": "tabhead-layers" });
  readonly checkTab = el("div", { id: "tab-check", role: "tabpanel", tabindex: 0, "aria-labelledby": "tabhead-check" });
  private readonly box = byId("panel");
  private readonly head = el("header", {});
  private readonly theme = themeButton();
  private readonly tabs = el("div", { role: "tablist", class: "tabs" });
  private readonly footer = el("footer", { class: "note" });
  private current: Tab = "layers";
  private collapsed = false;

  constructor(private readonly actions: { resized(): void }) {
    this.box.append(this.head, dayControl(), this.tabs, this.layersTab, this.checkTab, this.footer);
    this.render();
    onLang(() => this.render());
  }

  /** Shows a tab, opening the panel when it is collapsed. */
  open(tab: Tab): void {
    this.current = tab;
    this.setCollapsed(false);
  }

  /** On a phone the sheet gives way to the map. */
  makeRoom(): void {
    if (matchMedia("(max-width: 700px)").matches) this.setCollapsed(true);
  }

  private setCollapsed(on: boolean): void {
    this.collapsed = on;
    this.render();
    this.actions.resized();
  }

  private render(): void {
    this.box.setAttribute("aria-label", t("panel"));
    this.box.classList.toggle("collapsed", this.collapsed);
    const language = (code: Lang, name: string) =>
      el("button", { type: "button", lang: code === "zh" ? "zh-Hans" : "en", "aria-pressed": String(lang() === code), "data-testid": `lang-${code}`, onclick: () => setLang(code) }, name);
    this.head.replaceChildren(
      el("h1", {}, t("title"), el("small", {}, "planatlas")),
      el("div", { class: "languages", role: "group", "aria-label": t("language") }, language("zh", "中文"), language("en", "EN")),
      this.theme,
      el("button", { type: "button", class: "fold", "aria-expanded": String(!this.collapsed), "aria-label": t("panelToggle"), onclick: () => this.setCollapsed(!this.collapsed) }, this.collapsed ? "▴" : "▾"),
    );
    this.tabs.setAttribute("aria-label", t("panel"));
    this.tabs.replaceChildren(this.tabHead("layers", t("tabLayers")), this.tabHead("check", t("tabCheck")));
    this.layersTab.hidden = this.collapsed || this.current !== "layers";
    this.checkTab.hidden = this.collapsed || this.current !== "check";
    this.footer.textContent = t("footer");
  }

  private tabHead(tab: Tab, title: string): HTMLElement {
    const on = tab === this.current;
    const other: Tab = tab === "layers" ? "check" : "layers";
    const select = (which: Tab) => {
      this.open(which);
      byId(`tabhead-${which}`).focus();
    };
    return el(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tabhead-${tab}`,
        "data-testid": `tab-${tab}`,
        "aria-selected": String(on),
        "aria-controls": `tab-${tab}`,
        tabindex: on ? 0 : -1,
        onclick: () => select(tab),
        onkeydown: (event: KeyboardEvent) => {
          if (event.key === "ArrowLeft" || event.key === "ArrowRight") select(other);
        },
      },
      title,
    );
  }
}
