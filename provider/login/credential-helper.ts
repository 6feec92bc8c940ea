/**
 * Credential helpers: `docker-credential-<name> get`, the server on stdin, JSON on stdout.
 * @see https://github.com/docker/docker-credential-helpers
 * @module
 */
import { z } from "zod";
import { isMissing } from "../base/error-code.ts";
import { askProgram, isTimeout } from "../base/ask-program.ts";
import { LixImageError } from "../base/errors.ts";
import type { Credentials } from "./credentials.ts";
import type { Environment } from "../base/environment.ts";
import { TIME_LIMIT } from "../base/retry-policy.ts";
import { lixError } from "../errors/lix-error.ts";

const Answer = z.object({ Username: z.string().nullish(), Secret: z.string() });

/** undefined when the helper has nothing for this server. */
export async function askHelper(
  helper: string,
  server: string,
  environment: Environment,
): Promise<Credentials | undefined> {
  const program = `docker-credential-${helper}`;
  // The name comes from a file; it must not reach outside PATH.
  if (!/^[A-Za-z0-9._-]+$/.test(helper))
    throw lixError("CREDENTIAL_HELPER_FAILED", {
      program,
      server,
      reason: "not the name of a helper",
    });
  const { code, stdout } = await run(program, server, environment);
  if (code !== 0) {
    // The protocol reports errors on stdout, and this sentence means that there are no credentials.
    if (stdout.includes("credentials not found")) return undefined;
    const [line = ""] = stdout.trim().split("\n");
    // What looks like an answer may hold the secret.
    const said = stdout.includes("{") ? "" : line.slice(0, 200);
    throw lixError("CREDENTIAL_HELPER_FAILED", {
      program,
      server,
      reason: said || `exit code ${code}`,
    });
  }
  return credentialsOf(stdout, program, server);
}

function credentialsOf(stdout: string, program: string, server: string): Credentials | undefined {
  if (stdout.trim() === "") return undefined;
  const answer = answerIn(stdout);
  // Nothing of it is quoted: it may hold the secret.
  if (answer === undefined)
    throw lixError("CREDENTIAL_HELPER_FAILED", {
      program,
      server,
      reason: "answered no JSON with Username and Secret",
    });
  const { Secret: secret } = answer;
  const username = answer.Username ?? "";
  if (secret === "") return undefined;
  return username === "<token>"
    ? { kind: "identity token", token: secret, source: program }
    : { kind: "basic", username, password: secret, source: program };
}

/** Some helpers print something before or after the answer, such as that a newer version exists. */
function answerIn(stdout: string): z.output<typeof Answer> | undefined {
  const end = stdout.lastIndexOf("}") + 1;
  const starts = [stdout.indexOf("{"), stdout.lastIndexOf("\n{") + 1];
  const texts = [...starts.map((at) => stdout.slice(at, end)), ...stdout.split("\n")];
  for (const text of texts) {
    try {
      return Answer.parse(JSON.parse(text));
    } catch {
      // Perhaps the next line is the answer.
    }
  }
  return undefined;
}

async function run(
  program: string,
  server: string,
  environment: Environment,
): Promise<{ code: number | null; stdout: string }> {
  try {
    return await askProgram(program, {
      arguments: ["get"],
      input: server,
      environment,
      limitMs: TIME_LIMIT.helper.ms,
    });
  } catch (error) {
    if (isMissing(error)) throw new CredentialHelperMissing(program, server);
    const why = isTimeout(error) ? "no answer in 60 seconds" : "could not be started";
    throw lixError("CREDENTIAL_HELPER_FAILED", { program, server, reason: why }, { cause: error });
  }
}

const HINT = "run it by hand, or remove it from credHelpers or credsStore of the docker config";

export class CredentialHelperMissing extends LixImageError {
  readonly code = "CREDENTIAL_HELPER_MISSING";
  constructor(program: string, server: string) {
    super(`${program} get ${server}: not found on PATH`, { hint: HINT });
  }
}
