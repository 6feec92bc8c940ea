/**
 * `ignoreChanges`: before check, the engine puts the old inputs in place of the new ones.
 * @see https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/
 * @module
 */
import { isObject } from "./wire.ts";
import type { Properties, Value } from "./wire.ts";

/** Paths are `key`, `key.inner`, `list[0]`; `*` matches every key. */
export function ignoreChanges(
  news: Properties,
  olds: Properties,
  paths: readonly string[],
): Properties {
  return paths.reduce<Properties>(
    (kept, path) => keepOld(kept, olds, path.match(/[^.[\]"]+/g) ?? []),
    news,
  );
}

function keepOld(news: Properties, olds: Properties, path: readonly string[]): Properties {
  const [head, ...rest] = path;
  if (head === undefined) return news;
  const changed = new Map(Object.entries(news));
  for (const key of head === "*" ? Object.keys({ ...olds, ...news }) : [head]) {
    const kept = rest.length === 0 ? olds[key] : keepInside(news[key], olds[key], rest);
    if (kept === undefined) changed.delete(key);
    else changed.set(key, kept);
  }
  return Object.fromEntries(changed);
}

function keepInside(
  news: Value | undefined,
  olds: Value | undefined,
  path: readonly string[],
): Value | undefined {
  if (isObject(news) && isObject(olds)) return keepOld(news, olds, path);
  if (Array.isArray(news) && Array.isArray(olds)) {
    return Object.values(
      keepOld(Object.fromEntries(news.entries()), Object.fromEntries(olds.entries()), path),
    );
  }
  return news;
}
