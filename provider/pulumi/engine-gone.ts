/**
 * Ends this process when the engine has gone without ending it: killed, as where memory ran out. The SDK's
 * process would wait for its calls for ever.
 * @see https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil#Healthcheck, by which
 *   providers in Go do the same
 * @module
 */
import { fstatSync } from "node:fs";
import { connect } from "node:net";
import { removeTemporaries } from "../base/temporary.ts";
import { engineAddress } from "./engine-address.ts";

const PACE_MS = 500;

/**
 * The engine holds the other end of its plugins' stdin, so the kernel closes it when the engine dies. From then on
 * its address is tried, because a program that closes a stdin may still be running, and a dying one closes its files
 * one after the other.
 */
export function endWithoutEngine(address = engineAddress()): void {
  const [, host, port] = /^\[?([\w.:-]+?)\]?:(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined || !stdinIsPipe()) return;
  const { stdin } = process;
  const watch = (): void => {
    const trial = connect({ host, port: Number(port) });
    trial.once("connect", () => trial.destroy());
    trial.once("error", (error) => {
      // Other errors say nothing of the engine: no more files can be opened, no port is free.
      if ("code" in error && error.code === "ECONNREFUSED") end();
    });
    trial.once("close", () => setTimeout(watch, PACE_MS).unref());
  };
  stdin.once("end", watch);
  stdin.on("error", () => {}).resume();
  stdin.unref();
}

/** What it was making is of no use to anybody: the next `up` goes on from what the registry has. */
function end(): void {
  removeTemporaries();
  process.exit(1);
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
