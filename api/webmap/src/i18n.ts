// The two languages of the page. Every word that the page itself says stands in messages.ts.
import { hashValue, setHashValue } from "./hash";
import { messages, type MessageKey } from "./messages";
import type { Text } from "./model";

export type Lang = "zh" | "en";

let current: Lang = hashValue("lang") === "en" ? "en" : "zh";
const listeners: (() => void)[] = [];

export function lang(): Lang {
  return current;
}

/** Switches the language, remembers it in the address and has every part of the page drawn anew. */
export function setLang(next: Lang): void {
  if (next === current) return;
  current = next;
  setHashValue("lang", next);
  applyToDocument();
  for (const listener of listeners) listener();
}

export function onLang(listener: () => void): void {
  listeners.push(listener);
}

/** Sets the document's language and title. */
export function applyToDocument(): void {
  document.documentElement.lang = current === "zh" ? "zh-Hans" : "en";
  document.title = `${t("title")} · planatlas`;
}

/** A message of the page, with {name} filled in. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  const text = messages[key][current === "zh" ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A word of the contract (`outcome.hit`, `verdict.clear` …); a word that the page does not know shows as it came. */
export function word(kind: string, value: string | undefined): string {
  if (!value) return "";
  const key = `${kind}.${value}`;
  return key in messages ? t(key as MessageKey) : value;
}

/** A bilingual text of the service in the current language, else in the other. */
export function pick(text: Text | string | undefined | null): string {
  if (!text) return "";
  if (typeof text === "string") return text;
  return (current === "zh" ? text.zh || text.en : text.en || text.zh) ?? "";
}
