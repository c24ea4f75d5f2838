// Failures as sentences. A failure is never blank.
import { ApiError } from "./api";
import { el } from "./dom";
import { t } from "./i18n";

/** The sentences of a failure, the plainest first; there is always at least one. */
export function sentences(err: unknown): string[] {
  if (!(err instanceof ApiError)) return [err instanceof Error && err.message ? err.message : String(err)];
  const p = err.problem;
  const show = (v: unknown) => (typeof v === "string" ? v : JSON.stringify(v));
  if (err.kind === "truncated") {
    return [t("failure.truncated", { value: show(p.value), expected: p.expected === undefined ? "?" : show(p.expected) })];
  }
  if (err.kind !== "status") return [t(`failure.${err.kind}`)];
  const head = t("failure.status", { status: p.status ?? "?" });
  const lines = [p.title ? `${head} · ${p.title}` : head];
  if (p.detail) lines.push(p.detail);
  if (p.parameter) lines.push(t("problemAt", { parameter: p.parameter }));
  if (p.value !== undefined && p.value !== "") lines.push(t("problemValue", { value: show(p.value).slice(0, 200) }));
  if (p.expected !== undefined && p.expected !== "") lines.push(t("problemExpected", { expected: show(p.expected) }));
  if (p.hint) lines.push(t("hint", { hint: p.hint }));
  if (p.instance) lines.push(t("requestId", { id: p.instance }));
  return lines;
}

/** A box with a heading and the failure's sentences, announced to screen readers. */
export function failureBox(heading: string, err: unknown, testid: string): HTMLElement {
  return el(
    "div",
    { class: "failure", role: "alert", "data-testid": testid },
    el("strong", {}, heading),
    ...sentences(err).map((line) => el("p", {}, line)),
  );
}
