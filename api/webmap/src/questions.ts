// What a rule has to know of the project: asked with what each reply would mean, and what was said so far.
import { el } from "./dom";
import { pick, t, word } from "./i18n";
import { verdictOf, type Answer, type Question, type Reply, type Text } from "./model";

/** What attributes of a project and their values are called. */
export type Names = Map<string, { text: Text; values: Map<unknown, Text> }>;

/** Remembers the words of the questions, to say later what was replied. */
export function learnNames(names: Names, questions: Question[]): void {
  for (const q of questions) {
    if (!q.attribute) continue;
    const known = names.get(q.attribute) ?? { text: q.text ?? {}, values: new Map<unknown, Text>() };
    for (const r of q.replies ?? []) if (r.titles) known.values.set(r.value, r.titles);
    names.set(q.attribute, known);
  }
}

export interface QuestionActions {
  /** A reply was given, or, when it is undefined, taken back: the site is to be checked again. */
  reply(attribute: string, value: unknown): void;
}

/** The open questions, the one that decides most first as the service orders them; null when there is none. */
export function questionsBox(answer: Answer, actions: QuestionActions): HTMLElement | null {
  const questions = (answer.questions ?? []).filter((q) => q.attribute);
  if (questions.length === 0) return null;
  return el(
    "section",
    { class: "questions", "data-testid": "questions" },
    el("h3", {}, t("questions", { n: questions.length })),
    el("p", { class: "note" }, t("questionsNote")),
    ...questions.map((q) => question(q, actions)),
  );
}

function question(q: Question, actions: QuestionActions): HTMLElement {
  const replies = q.replies ?? [];
  return el(
    "fieldset",
    { "data-testid": "question", "data-attribute": q.attribute },
    el("legend", {}, pick(q.text) || q.attribute || "—"),
    replies.length > 4 ? choice(q, replies, actions) : el("div", { class: "replies" }, ...replies.map((r) => button(q, r, actions))),
  );
}

function button(q: Question, r: Reply, actions: QuestionActions): HTMLElement {
  return el(
    "button",
    { type: "button", class: "reply", "data-testid": "reply", "data-value": String(r.value), onclick: () => actions.reply(q.attribute!, r.value) },
    el("strong", {}, title(r)),
    el("span", { class: `verdict-word ${verdictOf(r.verdict)}` }, `→ ${meaning(r)}`),
  );
}

/** Many codes: a list, and a button, so that going through it with the keyboard asks nothing. */
function choice(q: Question, replies: Reply[], actions: QuestionActions): HTMLElement {
  const select = el(
    "select",
    { "data-testid": "reply-select", "aria-label": pick(q.text) },
    el("option", { value: "" }, t("choose")),
    ...replies.map((r, i) => el("option", { value: i }, `${title(r)} → ${meaning(r)}`)),
  );
  const send = () => {
    const chosen = replies[Number(select.value)];
    if (select.value !== "" && chosen) actions.reply(q.attribute!, chosen.value);
    else select.focus();
  };
  return el("div", { class: "row" }, select, el("button", { type: "button", "data-testid": "reply-send", onclick: send }, t("replyAndCheck")));
}

const title = (r: Reply) => pick(r.titles) || valueText(r.value);

/** What would come of a reply: one verdict, or the range that other replies leave open. */
function meaning(r: Reply): string {
  const worst = word("verdict", r.verdict);
  return r.at_best && r.at_best !== r.verdict ? t("replyRange", { best: word("verdict", r.at_best), worst }) : worst;
}

/** What was said of the project, each with a button that takes it back; null when nothing was. */
export function saidBox(answer: Answer, names: Names, actions: QuestionActions): HTMLElement | null {
  const said = Object.entries(answer.project ?? {});
  if (said.length === 0) return null;
  const item = ([attribute, value]: [string, unknown]) => {
    const known = names.get(attribute);
    const what = pick(known?.text) || attribute;
    const reply = pick(known?.values.get(value)) || valueText(value);
    const takeBack = () => actions.reply(attribute, undefined);
    return el("li", {}, `${what} `, el("strong", {}, reply), " ", el("button", { type: "button", class: "link", "data-testid": "take-back", "aria-label": `${t("takeBack")}: ${what}`, onclick: takeBack }, t("takeBack")));
  };
  return el("section", { "data-testid": "said" }, el("h3", {}, t("saidOfProject")), el("ul", {}, ...said.map(item)));
}

function valueText(value: unknown): string {
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  return typeof value === "string" ? value : JSON.stringify(value);
}
