/** All that an async iterable yields. (`Array.fromAsync` is not in the types of our `lib` yet.) */
export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of source) all.push(each);
  return all;
}
