/**
 * Ends this process when the engine has gone without ending it: killed, as where memory ran out. The SDK's
 * process would wait for its calls for ever.
 * @module
 */
import { fstatSync } from "node:fs";
import { connect } from "node:net";

/**
 * The engine holds the other end of its plugins' stdin, so that the kernel tells of its death. To be sure,
 * its address is tried then: whoever closes a stdin may still be there.
 */
export function endWithoutEngine(address: string | undefined = process.argv[2]): void {
  const [, host, port] = /^([\w.-]+):(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined || !stdinIsPipe()) return;
  const { stdin } = process;
  stdin.once("end", () => {
    const trial = connect({ host, port: Number(port) });
    // What it was making is of no use to anybody: the next `up` goes on from what the registry has.
    trial.once("error", () => process.exit(1)).once("connect", () => trial.destroy());
  });
  stdin.on("error", () => {}).resume();
  stdin.unref();
}

function stdinIsPipe(): boolean {
  try {
    const stat = fstatSync(0);
    // Node makes sockets where others make pipes.
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
