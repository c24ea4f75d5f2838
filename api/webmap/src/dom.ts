// Building elements without markup strings: text can never turn into markup.

type Value = string | number | boolean | undefined | ((event: never) => void);
type Child = Node | string | number | null | undefined | false;

/** Creates an element: `on…` keys are listeners, `true` sets a bare attribute, `false` and `undefined` set none. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined) node.setAttribute(name, String(value));
  }
  append(node, children);
  return node;
}

/** Appends what is there, leaving out null, undefined and false. */
export function append(node: Element, children: Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    node.append(typeof child === "number" ? String(child) : child);
  }
}

/** The element with this id; the page is broken without it. */
export function byId(id: string): HTMLElement {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no element #${id}`);
  return node;
}

/** A badge: a word in a coloured frame. The word carries the meaning, the colour only repeats it. */
export function badge(kind: string, word: string, attributes: Record<string, Value> = {}): HTMLElement {
  return el("span", { class: `badge ${kind}`, ...attributes }, word);
}
