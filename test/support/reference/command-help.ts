/** What `lix-image --help` and `lix-image COMMAND --help` print. @module */
import { tmpdir } from "node:os";
import { runCli } from "../cli.ts";

/** Of every command that the help without a command lists, by name. */
export async function allCommandHelp(): Promise<ReadonlyMap<string, string>> {
  const names = [...(await commandHelp()).matchAll(/^ {2}([a-z]+) {2,}/gm)];
  const texts = names.map(async ([, name = ""]) => [name, await commandHelp(name)] as const);
  return new Map(await Promise.all(texts));
}

/** Of one command, or of `lix-image` itself. */
export async function commandHelp(...command: readonly string[]): Promise<string> {
  const ran = await runCli([...command, "--help"], { cache: tmpdir(), directory: tmpdir() });
  if (ran.code !== 0) throw new Error(`lix-image ${command.join(" ")} --help: ${ran.stderr}`);
  return ran.stdout.trimEnd();
}
