import { build } from "./commands/build.ts";
import { inspect } from "./commands/inspect.ts";
import { load } from "./commands/load.ts";
import { lock } from "./commands/lock.ts";
import { plan } from "./commands/plan.ts";
import { push } from "./commands/push.ts";
import { report } from "./commands/report.ts";
import { sbom } from "./commands/sbom.ts";
import { verify } from "./commands/verify.ts";
import type { Command } from "./command.ts";

/** In the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  lock,
  plan,
  build,
  load,
  push,
  inspect,
  report,
  sbom,
  verify,
];
