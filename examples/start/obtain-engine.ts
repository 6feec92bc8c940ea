/** A Pulumi engine: one that is here, or one that the Automation API installs. @module */
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { version } from "@pulumi/pulumi/version.js";
import { findEngine } from "./find-engine.ts";
import { formatBytes, say } from "./say.ts";

export type Engine =
  | { readonly kind: "engine"; readonly command: PulumiCommand; readonly description: string }
  | { readonly kind: "none"; readonly why: string };

const PATIENCE_MS = 5_000;

export async function obtainEngine(options: { readonly install: boolean }): Promise<Engine> {
  const found = findEngine();
  if (found !== undefined) return useEngine(found);
  if (!options.install) return { kind: "none", why: "none is installed" };
  const size = await downloadSize();
  if (size === undefined)
    return { kind: "none", why: "none is installed and get.pulumi.com cannot be reached" };
  const root = join(homedir(), ".pulumi", "versions", version);
  say.fact(
    "engine",
    `installing Pulumi ${version} into ${root} (${formatBytes(size)}, kept there)`,
  );
  try {
    const command = await PulumiCommand.install({ root });
    return { kind: "engine", command, description: `Pulumi ${version}, ${command.command}` };
  } catch (error) {
    return {
      kind: "none",
      why: `none is installed and installing one failed: ${firstLine(error)}`,
    };
  }
}

async function useEngine(file: string): Promise<Engine> {
  // The Automation API takes the first one on PATH, and finds its plugins there too.
  process.env["PATH"] = `${dirname(file)}${delimiter}${process.env["PATH"] ?? ""}`;
  try {
    const command = await PulumiCommand.get();
    return {
      kind: "engine",
      command,
      description: `Pulumi ${command.version?.version ?? "(unknown version)"}, ${file}`,
    };
  } catch (error) {
    return { kind: "none", why: `${file} cannot be used: ${firstLine(error)}` };
  }
}

/** Undefined when get.pulumi.com does not answer soon: without internet nobody should have to wait. */
async function downloadSize(): Promise<number | undefined> {
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  const [os, ending] =
    process.platform === "win32" ? ["windows", "zip"] : [process.platform, "tar.gz"];
  const url = `https://get.pulumi.com/releases/sdk/pulumi-v${version}-${os}-${arch}.${ending}`;
  try {
    const response = await fetch(url, {
      method: "HEAD",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return response.ok ? Number(response.headers.get("content-length") ?? 0) : undefined;
  } catch {
    return undefined;
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().split("\n", 1)[0] ?? "";
