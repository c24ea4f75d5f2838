// The side panel, a bottom sheet on a phone: title, languages, the search, and the tabs.
import { byId, el } from "./dom";
import { hashValue, setHashValue } from "./hash";
import { lang, onLang, setLang, t, type Lang } from "./i18n";
import { themeButton } from "./theme";
import { dayControl } from "./time";

const tabs = [
  ["layers", "tabLayers"],
  ["parks", "tabParks"],
  ["plan", "tabPlan"],
  ["check", "tabCheck"],
] as const;

export type Tab = (typeof tabs)[number][0];

export class Panel {
  readonly layersTab = tabPanel("layers");
  readonly parksTab = tabPanel("parks");
  readonly planTab = tabPanel("plan");
  readonly checkTab = tabPanel("check");
  /** Above the tabs, on every one of them. */
  readonly searchBox = el("div", { class: "search" });
  private readonly box = byId("panel");
  private readonly head = el("header", {});
  private readonly tools: HTMLElement[] = [themeButton()];
  private readonly tabs = el("div", { role: "tablist", class: "tabs" });
  private readonly footer = el("footer", { class: "note" });
  private current: Tab = tabs.find(([name]) => name === hashValue("tab"))?.[0] ?? "layers";
  private readonly opened: ((tab: Tab) => void)[] = [];
  private collapsed = false;

  constructor(private readonly actions: { resized(): void }) {
    this.box.append(this.head, this.searchBox, dayControl(), this.tabs, this.layersTab, this.parksTab, this.planTab, this.checkTab, this.footer);
    this.render();
    onLang(() => this.render());
  }

  /** Puts one more button into the head. */
  addTool(button: HTMLElement): void {
    this.tools.push(button);
    this.render();
  }

  /** Shows a tab, opening the panel when it is collapsed. */
  open(tab: Tab): void {
    this.current = tab;
    setHashValue("tab", tab === "layers" ? null : tab);
    this.setCollapsed(false);
    for (const listener of this.opened) listener(tab);
  }

  /** Whether the tab is the one that is open, though the sheet of a phone may be folded. */
  isOpen(tab: Tab): boolean {
    return this.current === tab;
  }

  /** Calls back when a tab is opened, and at once for the one that is open. */
  onOpen(listener: (tab: Tab) => void): void {
    this.opened.push(listener);
    listener(this.current);
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
    this.box.dataset.tab = this.current;
    const language = (code: Lang, name: string) =>
      el("button", { type: "button", lang: code === "zh" ? "zh-Hans" : "en", "aria-pressed": String(lang() === code), "data-testid": `lang-${code}`, onclick: () => setLang(code) }, name);
    this.head.replaceChildren(
      el("h1", {}, t("title"), el("small", {}, "planatlas")),
      el("div", { class: "languages", role: "group", "aria-label": t("language") }, language("zh", "中文"), language("en", "EN")),
      ...this.tools,
      el("button", { type: "button", class: "fold", "aria-expanded": String(!this.collapsed), "aria-label": t("panelToggle"), onclick: () => this.setCollapsed(!this.collapsed) }, this.collapsed ? "▴" : "▾"),
    );
    this.tabs.setAttribute("aria-label", t("panel"));
    this.tabs.replaceChildren(...tabs.map(([name, title]) => this.tabHead(name, t(title))));
    this.searchBox.hidden = this.collapsed;
    for (const [name] of tabs) byId(`tab-${name}`).hidden = this.collapsed || this.current !== name;
    this.footer.textContent = t("footer");
  }

  private tabHead(tab: Tab, title: string): HTMLElement {
    const on = tab === this.current;
    const beside = (step: number) => tabs[(tabs.findIndex(([name]) => name === tab) + step + tabs.length) % tabs.length]![0];
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
          if (event.key === "ArrowLeft") select(beside(-1));
          if (event.key === "ArrowRight") select(beside(1));
        },
      },
      title,
    );
  }
}

function tabPanel(tab: Tab): HTMLElement {
  return el("div", { id: `tab-${tab}`, role: "tabpanel", tabindex: 0, "aria-labelledby": `tabhead-${tab}` });
}
