/**
 * `credential_process` of a profile: a command that prints keys.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 * @module
 */
import { z } from "zod";
import { askProgram, isTimeout } from "../../base/ask-program.ts";
import { SingleFlight } from "../../base/concurrency.ts";
import type { Environment } from "../../base/environment.ts";
import { TIME_LIMIT } from "../../base/retry-policy.ts";
import { remembered, type FoundAwsKeys } from "./keys.ts";
import { AwsProfileUnusable } from "./profile-unusable.ts";

const running = new SingleFlight<FoundAwsKeys>();

const Answer = z.object({
  Version: z.literal(1),
  AccessKeyId: z.string().min(1),
  SecretAccessKey: z.string().min(1),
  SessionToken: z.string().nullish(),
});

export async function processKeys(
  profile: string,
  command: string,
  environment: Environment,
): Promise<FoundAwsKeys> {
  return await running.run(`${profile}\n${command}`, () => ask(profile, command, environment));
}

async function ask(
  profile: string,
  command: string,
  environment: Environment,
): Promise<FoundAwsKeys> {
  // Neither its arguments nor what it prints may be shown: both may hold secrets.
  const fail = (why: string): AwsProfileUnusable =>
    new AwsProfileUnusable(profile, `its \`credential_process\` ${why}`, {
      hint: "run the command of `credential_process` by hand: it must print JSON with Version 1, AccessKeyId and SecretAccessKey",
    });
  const [program, ...args] = splitCommand(command);
  if (program === undefined) throw fail("is empty");
  const question = { arguments: args, input: "", environment, limitMs: TIME_LIMIT.helper.ms };
  const { code, stdout } = await askProgram(program, question).catch((error: unknown) => {
    throw fail(isTimeout(error) ? "gave no answer in 60 seconds" : "could not be started");
  });
  if (code !== 0) throw fail(`ended with exit code ${code}`);
  let answer: z.output<typeof Answer>;
  try {
    answer = Answer.parse(JSON.parse(stdout));
  } catch {
    throw fail("printed something else than keys");
  }
  return remembered({
    accessKeyId: answer.AccessKeyId,
    secretAccessKey: answer.SecretAccessKey,
    sessionToken: answer.SessionToken ?? undefined,
    source: `the credential_process of AWS profile ${JSON.stringify(profile)}`,
  });
}

/** As a shell would without expanding anything; backslashes are plain on Windows. */
export function splitCommand(command: string, platform = process.platform): string[] {
  const word =
    platform === "win32"
      ? /(?:"[^"]*"|[^\s"])+/g
      : /(?:"(?:\\[^]|[^"\\])*"|'[^']*'|\\[^]|[^\s"'\\])+/g;
  const part = platform === "win32" ? /"([^"]*)"/g : /"((?:\\[^]|[^"\\])*)"|'([^']*)'|\\([^])/g;
  return (command.match(word) ?? []).map((each) =>
    each.replace(part, (_, double?: string, single?: string, escaped?: string) =>
      platform === "win32"
        ? (double ?? "")
        : (double?.replace(/\\(["\\])/g, "$1") ?? single ?? escaped ?? ""),
    ),
  );
}
