// What the address of the page remembers: the language and the check that is open, as #lang=zh&check=….

/** Reads one value of the hash. */
export function hashValue(name: string): string | null {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}

/** Writes one value of the hash; null takes it out. No step is added to the browser's history. */
export function setHashValue(name: string, value: string | null): void {
  const params = new URLSearchParams(location.hash.slice(1));
  if (value === null) params.delete(name);
  else params.set(name, value);
  history.replaceState(null, "", `#${params.toString()}`);
}
