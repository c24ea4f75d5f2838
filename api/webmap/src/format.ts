// Numbers as planners print them: rounded half up on the decimal value, only when shown.
import { lang, t } from "./i18n";
import type { Area } from "./model";

function fixed(value: number, digits: number, least = digits): string {
  const format = new Intl.NumberFormat(lang() === "zh" ? "zh-CN" : "en-GB", {
    minimumFractionDigits: least,
    maximumFractionDigits: digits,
  });
  // The decimal text, not the binary value, is rounded: 1.005 becomes 1.01.
  return format.format(String(value) as `${number}`);
}

/** A number of a property: as given, with grouping but for integers that look like years. */
export function plain(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 10000 ? String(value) : fixed(value, 6, 0);
}

/** Square metres (2 decimals), hectares (4) and mu (2); what is missing shows as a dash. */
export function areaParts(area: Area | undefined): { m2: string; ha: string; mu: string } {
  const part = (v: number | undefined, digits: number) => (typeof v === "number" ? fixed(v, digits) : "—");
  return {
    m2: `${part(area?.m2, 2)} m²`,
    ha: `${part(area?.ha, 4)} ${t("ha")}`,
    mu: `${part(area?.mu, 2)} ${t("mu")}`,
  };
}

/** A share of the site in percent, 2 decimals. A share that is not zero never shows as zero. */
export function percent(share: number): string {
  return share > 0 && share < 0.00005 ? "< 0.01 %" : `${fixed(share * 100, 2)} %`;
}

/** A distance: metres below 10 km, kilometres above; at most `digits` decimals of a metre. */
export function metres(m: number, digits = 2): string {
  return Math.abs(m) < 10000 ? `${fixed(m, digits, 0)} m` : `${fixed(m / 1000, 1, 0)} km`;
}

/** A UCUM unit as readers write it. */
export function unit(code: string | undefined): string {
  switch (code) {
    case undefined:
    case "":
    case "1":
      return "";
    case "m2":
      return "m²";
    case "km2":
      return "km²";
    case "m3":
      return "m³";
    case "ha":
    case "har":
      return t("ha");
    case "m3/a":
      return t("m3a");
    case "m3/s":
      return "m³/s";
    case "m3/d":
      return t("m3d");
    case "t/a":
      return t("ta");
    case "a":
      return t("year");
    default:
      return code;
  }
}
