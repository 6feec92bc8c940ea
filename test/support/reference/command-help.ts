/** What `lix-image --help` and `lix-image COMMAND --help` print. @module */
import { COMMANDS } from "../../../provider/cli/commands.ts";
import { overview } from "../../../provider/cli/help.ts";

/** The help of `lix-image` itself. */
export const helpOverview = (): string => overview(COMMANDS).trimEnd();

/** The help of every command, by name. */
export const allCommandHelp = (): ReadonlyMap<string, string> =>
  new Map(COMMANDS.map((command) => [command.name, command.help().trimEnd()]));
