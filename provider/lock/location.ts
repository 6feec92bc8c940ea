/** Where in a lock a mistake is, in jq's notation: `.systems["x86_64-linux"].packages.curl`. @module */

export type Location = readonly PropertyKey[];

export const Location = {
  format: (location: Location): string => location.map(step).join("") || ".",
};

function step(key: PropertyKey): string {
  if (typeof key === "number") return `[${key}]`;
  const text = String(key);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? `.${text}` : `[${JSON.stringify(text)}]`;
}
