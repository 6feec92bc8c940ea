import type { LixImageSpec } from "./schema.ts";
import { InvalidArgument } from "../plan/invalid-argument.ts";

/** What would make more or less than a line of .nix-channels. The values are not shown: a URL may hold a password. */
export function channelMistakes({ channelName, channelUrl }: LixImageSpec): InvalidArgument[] {
  return Object.entries({ channelName, channelUrl }).flatMap(([path, value]) => {
    if (/^\P{Cc}+$/u.test(value)) return [];
    const got = value === "" ? "an empty string" : "a newline or another control character";
    const hint = "it stands in a line of /root/.nix-channels";
    return InvalidArgument.expected(path, "a line of text", got, hint);
  });
}
