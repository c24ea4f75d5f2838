// The search above the tabs: a combobox (WAI-ARIA 1.2) over the names of all features and records.
import { fetchFound } from "./api";
import { el } from "./dom";
import { onLang, pick, t } from "./i18n";
import type { Found } from "./model";
import { sentences } from "./problem";

const pause = 200;
const shown = 12;

/** Puts the search into box; chosen is told what was picked. */
export function searchBox(box: HTMLElement, chosen: (found: Found) => void): void {
  const input = el("input", {
    id: "search", type: "search", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": "search-list", "data-testid": "search", maxlength: 100,
  });
  const list = el("ul", { id: "search-list", role: "listbox", hidden: true, "data-testid": "search-list" });
  const status = el("p", { class: "note", role: "status", "data-testid": "search-status", hidden: true });
  box.setAttribute("role", "search");
  box.append(input, list, status);
  const words = () => {
    input.setAttribute("aria-label", t("searchLabel"));
    input.placeholder = t("searchPlaceholder");
    list.setAttribute("aria-label", t("searchLabel"));
  };
  words();
  onLang(words);

  let results: Found[] = [];
  let active = -1;
  let shownFor = ""; // what the list answers; it stands until the next answer comes
  let chooseFirst = false; // Enter was quicker than the answer
  let timer = 0;
  let running: AbortController | undefined;

  const say = (text: string) => {
    status.textContent = text;
    status.hidden = text === "";
  };
  const close = () => {
    clearTimeout(timer);
    running?.abort();
    results = [];
    active = -1;
    chooseFirst = false;
    list.replaceChildren();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    say("");
  };
  const choose = (i: number) => {
    const found = results[i];
    if (!found) return;
    input.value = pick(found.name);
    close();
    chosen(found);
  };
  const mark = (i: number) => {
    active = i;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === i)));
    if (i < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `found-${i}`);
    list.children[i]?.scrollIntoView({ block: "nearest" });
  };
  const show = (found: Found[], q: string) => {
    results = found;
    active = -1;
    shownFor = q;
    if (chooseFirst && found.length > 0) return choose(0);
    chooseFirst = false;
    list.replaceChildren(
      ...found.map((f, i) =>
        el(
          "li",
          { id: `found-${i}`, role: "option", "aria-selected": "false", "data-layer": f.layer, "data-feature": f.id, onpointerdown: (e: PointerEvent) => e.preventDefault(), onclick: () => choose(i) },
          el("span", {}, pick(f.name) || f.id),
          el("small", {}, [pick(f.layerTitles), f.county === "outside" ? "" : f.county, f.located ? "" : t("notLocated")].filter(Boolean).join(" · ")),
        ),
      ),
    );
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    say(found.length === 0 ? t("searchNone", { q }) : "");
  };
  const ask = async (q: string) => {
    running?.abort();
    const control = new AbortController();
    running = control;
    try {
      const found = await fetchFound(q, shown, control.signal);
      if (!control.signal.aborted) show(found, q);
    } catch (err) {
      if (control.signal.aborted) return;
      show([], q);
      say(t("searchFailed") + sentences(err).join(" "));
    }
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    const q = input.value.trim();
    chooseFirst = false;
    if (q === "") return close();
    timer = window.setTimeout(() => void ask(q), pause);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // an input method is at work
    if (event.key === "ArrowDown" && results.length > 0) mark((active + 1) % results.length);
    else if (event.key === "ArrowUp" && results.length > 0) mark(active <= 0 ? results.length - 1 : active - 1);
    else if (event.key === "Enter" && input.value.trim() !== shownFor) chooseFirst = true;
    else if (event.key === "Enter" && results.length > 0) choose(Math.max(active, 0));
    else if (event.key === "Escape" && (results.length > 0 || input.value !== "")) {
      input.value = "";
      close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener("blur", () => window.setTimeout(close, 150));
}
