/**
 * Runs a TypeScript program of this repository with a Node that can: ours of `npm ci`, or the one that
 * runs this file. Plain JavaScript without dependencies, because an older Node starts it.
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// From 22.20 the zlib of node is one whose zstd we use; it also strips types without being asked.
const OLDEST = [22, 20];
const root = dirname(fileURLToPath(import.meta.url));

/** Replaces this process, as far as a caller can tell: same input and output, same exit code. */
export function launch(program, args) {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `pulumi-lix needs Node ${OLDEST.join(".")} or newer and this is ${process.versions.node}: run "npm ci", which brings one along, or install it`,
    );
    process.exit(1);
  }
  const child = spawn(node, [join(root, program), ...args], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      // A program that starts "node" by its name gets this one too.
      PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`,
      // As npm does: relative paths of the command line are relative to this.
      INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
    },
  });
  // A terminal sends ^C to the whole group, so the child has received it; kill(1) reaches only us.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

function findNode() {
  const bundled = join(
    root,
    "node_modules/node/bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  // "npm ci --ignore-scripts" leaves a file there that cannot be run, so it is asked, not looked at.
  const answer = spawnSync(bundled, ["--version"], { encoding: "utf8" });
  if (answer.status === 0 && isNewEnough(answer.stdout.trim().slice(1))) return bundled;
  return isNewEnough(process.versions.node) ? process.execPath : undefined;
}

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
