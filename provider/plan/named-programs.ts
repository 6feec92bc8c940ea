import type { PlatformInput } from "./platform-input.ts";

/** The programs that the arguments name, each with its argument. */
export function namedPrograms({
  user,
  config,
}: Pick<PlatformInput, "user" | "config">): [argument: string, program: string][] {
  const [entrypoint] = config.entrypoint ?? [];
  const [command] = config.cmd ?? [];
  const named: [argument: string, program: string | undefined][] = [
    ["user.shell", user.shell],
    ["config.entrypoint[0]", entrypoint],
    // Behind an entrypoint it is an argument.
    ["config.cmd[0]", entrypoint === undefined ? command : undefined],
  ];
  return named.flatMap(([argument, program]): [string, string][] =>
    program === undefined ? [] : [[argument, program]],
  );
}
