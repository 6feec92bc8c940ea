/** `12.3 MB`: decimal, as registries and caches count. */
export function formatBytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)} kB`;
  if (count < 1_000_000_000) return `${(count / 1_000_000).toFixed(1)} MB`;
  return `${(count / 1_000_000_000).toFixed(2)} GB`;
}

/** `34.1 of 206.4 MB`: both in the unit of the whole. */
export function formatPart(done: number, whole: number): string {
  const text = formatBytes(whole);
  const [divisor, digits] = UNITS[text.slice(text.indexOf(" ") + 1)] ?? [1, 0];
  return `${(Math.min(done, whole) / divisor).toFixed(digits)} of ${text}`;
}

const UNITS: Readonly<Record<string, readonly [divisor: number, digits: number]>> = {
  kB: [1e3, 1],
  MB: [1e6, 1],
  GB: [1e9, 2],
};
