import { narStrings } from "../../provider/formats/nix/nar-strings.ts";

const OPEN_DIRECTORY = narStrings("(", "type", "directory");
const CLOSE = narStrings(")");

/** A NAR of one folder in the next, `path` down, with `count` empty folders in the innermost. */
export function* foldersIn(path: readonly string[], count: number): Generator<Uint8Array> {
  yield Buffer.concat([narStrings("nix-archive-1"), OPEN_DIRECTORY]);
  for (const name of path)
    yield Buffer.concat([narStrings("entry", "(", "name", name, "node"), OPEN_DIRECTORY]);
  for (let start = 0; start < count; start += 1000) {
    const names = Array.from({ length: Math.min(1000, count - start) }, (_, at) =>
      String(start + at).padStart(8, "0"),
    );
    yield Buffer.concat(
      names.flatMap((name) => [
        narStrings("entry", "(", "name", name, "node"),
        OPEN_DIRECTORY,
        CLOSE,
        CLOSE,
      ]),
    );
  }
  for (const _ of path) yield Buffer.concat([CLOSE, CLOSE]);
  yield CLOSE;
}
