import { isAbsolute } from "node:path";
import { lixError } from "../errors/lix-error.ts";

/** A Nix store on this machine: `local`, or `local?root=/absolute/path` for one that lies elsewhere. */
export interface LocalStoreUrl {
  /** What `/nix` is below: "" for the machine's own. */
  readonly root: string;
}

export const LocalStoreUrl = {
  /** Without regard to whether its settings make sense. A folder named `local` is `./local`. */
  is: (text: string): boolean => /^local(?:\?|$)/.test(text),

  /** undefined for the URL of anything else. Throws INVALID_LOCAL_STORE. */
  parse(text: string): LocalStoreUrl | undefined {
    if (!LocalStoreUrl.is(text)) return undefined;
    const settings = new URLSearchParams(text.slice("local".length));
    // Settings of Nix's client have no effect here, but these two change where the store is.
    const moved = ["store", "real", "state"].find((name) => settings.has(name));
    if (moved !== undefined)
      throw lixError("INVALID_LOCAL_STORE", { text, got: `the setting ${moved}` });
    const root = settings.get("root") ?? "";
    if (settings.has("root") && !isAbsolute(root))
      throw lixError("INVALID_LOCAL_STORE", { text, got: `the root ${JSON.stringify(root)}` });
    return { root: root.replace(/\/+$/, "") };
  },
};
