/** `npx lix-image lock …`, without the pauses between questions to Hydra. @module */
import { render } from "../../provider/base/errors.ts";
import { lockCommand } from "./lock-command.ts";

const [program, command, ...argv] = process.argv.slice(2);
try {
  if (program !== "lix-image" || command !== "lock") throw new RangeError("not understood");
  process.exitCode = await lockCommand(argv, { hydraIntervalMs: 0, retryDelayMs: 1 });
} catch (error) {
  process.stderr.write(`lix-image: ${render(error)}\n`);
  process.exitCode = 1;
}
