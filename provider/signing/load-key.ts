/** Reads the private key that signs images, from a file or an environment variable. @module */
import type { Environment } from "../base/environment.ts";
import { FileUnusable, isSystemError } from "../base/file-unusable.ts";
import { readFileWithin } from "../base/read-file.ts";
import { Secrets } from "../base/secrets.ts";
import { lixError } from "../errors/lix-error.ts";
import { SigningKey } from "./signing-key.ts";

export type KeySource = { readonly keyFile: string } | { readonly keyEnv: string };

export async function loadSigningKey(
  source: KeySource,
  environment: Environment = process.env,
): Promise<SigningKey> {
  const password = environment["COSIGN_PASSWORD"];
  Secrets.remember(password);
  if ("keyFile" in source) {
    const pem = await readKeyFile(source.keyFile);
    return await SigningKey.parse({ pem, password, from: source.keyFile });
  }
  const from = `the environment variable ${source.keyEnv}`;
  const pem = environment[source.keyEnv] ?? "";
  if (pem.trim() === "") throw lixError("IMAGE_KEY_NOT_FOUND", { from });
  Secrets.remember(pem);
  return await SigningKey.parse({ pem, password, from });
}

async function readKeyFile(file: string): Promise<string> {
  try {
    const bytes = await readFileWithin("documentBytes", file);
    return Buffer.from(bytes).toString("utf8");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === "ENOENT") throw lixError("IMAGE_KEY_NOT_FOUND", { from: file });
    throw new FileUnusable(error, file);
  }
}
