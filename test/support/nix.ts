import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Real Nix with a store of its own in a folder, whose URL is `local?root=<folder>/nix-root`. */
export interface ScratchNix {
  readonly root: string;
  /** What the program prints, without the last newline. Rejects when it fails. */
  run(program: string, ...args: readonly string[]): Promise<string>;
}

export async function scratchNix(folder: string): Promise<ScratchNix> {
  const root = join(folder, "nix-root");
  const home = join(folder, "nix-home");
  await mkdir(home, { recursive: true });
  const env = {
    ...process.env,
    HOME: home,
    NIX_REMOTE: `local?root=${root}`,
    NIX_CONFIG: "experimental-features = nix-command\nbuild-users-group =\nsubstituters =\n",
  };
  return {
    root,
    async run(program, ...args) {
      const { stdout } = await promisify(execFile)(program, [...args], { env });
      return stdout.replace(/\n$/, "");
    },
  };
}
