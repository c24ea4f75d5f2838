// The day that the page looks at: today, or a day in the past or future whose plan and law hold.
import { el } from "./dom";
import { hashValue, setHashValue } from "./hash";
import { onLang, t } from "./i18n";

const listeners: (() => void)[] = [];
const wellFormed = /^\d{4}-\d{2}-\d{2}$/;

/** The chosen day as YYYY-MM-DD, or undefined for today. */
export function day(): string | undefined {
  const value = hashValue("on");
  return value && wellFormed.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

export function onDay(listener: () => void): void {
  listeners.push(listener);
}

/** Chooses a day; undefined is today. */
export function setDay(next: string | undefined): void {
  if (next === day()) return;
  setHashValue("on", next ?? null);
  for (const listener of listeners) listener();
}

/** The control for it: a date field that says what it is about, and a button back to today. */
export function dayControl(): HTMLElement {
  const box = el("div", { class: "day", role: "group", "data-testid": "day" });
  const input = el("input", {
    type: "date",
    id: "day-input",
    "data-testid": "day-input",
    min: "1990-01-01",
    max: "2100-12-31",
    // Only a whole date within the limits counts: while the year is being typed the field holds 0002, 0020, …
    onchange: () => input.validity.valid && setDay(input.value || undefined),
  });
  const render = () => {
    const chosen = day();
    input.value = chosen ?? today();
    box.setAttribute("aria-label", t("dayControl"));
    box.classList.toggle("other-day", chosen !== undefined);
    box.replaceChildren(
      el("label", { for: "day-input" }, t("inForceOn")),
      input,
      chosen ? el("button", { type: "button", class: "quiet", "data-testid": "day-today", onclick: () => setDay(undefined) }, t("backToToday")) : el("span", { class: "note" }, t("today")),
      el("span", { class: "day-note", role: "status" }, chosen ? t("otherDay", { day: chosen }) : ""),
    );
  };
  render();
  onDay(render);
  onLang(render);
  return box;
}

/** Today in China, where the law is in force by the day. */
export function today(): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date());
}
