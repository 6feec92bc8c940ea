/** How the narration looks. @module */

const bold = (text: string): string => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);

export const say = {
  title: (text: string): void => console.log(`\n${bold(text)}`),
  line: (text: string): void => console.log(`   ${text}`),
  /** `up         created in 2.0 s` */
  fact: (name: string, value: string): void => console.log(`   ${name.padEnd(10)} ${value}`),
};

/** Powers of ten, as registries and disks count. */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ""}`;
}

export const count = (number: number, noun: string): string =>
  `${number === 0 ? "no" : number} ${noun}${number === 1 ? "" : "s"}`;

/** Digests cut to `sha256:0123456789ab…`, enough to tell two apart. */
export const shorten = (text: string): string =>
  text.replace(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, "$1…");
