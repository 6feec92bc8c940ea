/** Numbers of bytes as people write them: `200MB` is decimal, as registries count, and `200MiB` is 200·1024². */
const PATTERN = /^(\d+(?:\.\d+)?) ?(?:([kKMGT])(i?))?B$/;

export const ByteSize = {
  is: (text: string): boolean => Number.isSafeInteger(ByteSize.parse(text)),

  /** NaN for what is none. */
  parse(value: number | string): number {
    if (typeof value === "number") return value;
    const [, number, prefix = "", binary] = PATTERN.exec(value) ?? [];
    const base = binary === "i" ? 1024 : 1000;
    return Math.floor(Number(number) * base ** " KMGT".indexOf(prefix.toUpperCase() || " "));
  },
};
