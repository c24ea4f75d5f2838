// Light or dark: as the system says, until a reader chooses.
import { el } from "./dom";
import { onLang, t } from "./i18n";

const key = "planatlas-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage may be forbidden; the choice then holds for this visit
  }
}

function dark(): boolean {
  return document.documentElement.dataset.theme === "dark";
}

function apply(theme: string): void {
  document.documentElement.dataset.theme = theme;
  document.documentElement.style.colorScheme = theme;
}

/** Sets the theme before anything is drawn, and follows the system while nobody has chosen. */
export function startTheme(): void {
  const follow = () => apply(stored() ?? (system.matches ? "dark" : "light"));
  follow();
  system.addEventListener("change", follow);
}

/** The button that turns it over. */
export function themeButton(): HTMLElement {
  const button = el("button", { type: "button", class: "icon", "data-testid": "theme", onclick: () => turn() });
  const render = () => {
    button.textContent = dark() ? "☀" : "☾";
    button.setAttribute("aria-label", dark() ? t("lightTheme") : t("darkTheme"));
    button.title = dark() ? t("lightTheme") : t("darkTheme");
  };
  const turn = () => {
    apply(dark() ? "light" : "dark");
    try {
      localStorage.setItem(key, dark() ? "dark" : "light");
    } catch {
      // as above
    }
    render();
  };
  render();
  onLang(render);
  system.addEventListener("change", render);
  return button;
}
