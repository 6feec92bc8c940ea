/** The digest of the layer that a state calls so: `less-661`. The store paths are not in it. */
export function layerNamed(outputs: object, name: string): string {
  const names: Readonly<Record<string, string>> = Object(Reflect.get(outputs, "__layers"));
  return Object.keys(names).find((digest) => names[digest] === name) ?? "";
}
