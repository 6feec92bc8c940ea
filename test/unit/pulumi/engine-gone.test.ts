/** Processes as the engine starts them: its address as the argument, its pipe as stdin. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { withTempDir } from "../../../provider/base/temp-dir.ts";

const PROVIDER = new URL("../../../provider/", import.meta.url).href;

/** It has a temporary file, and would wait for ever. */
async function startProvider(address: string, file: string): Promise<ChildProcess> {
  const program = `
    import { writeFileSync } from "node:fs";
    import { endOnSignals } from "${PROVIDER}base/signals.ts";
    import { noteTemporary } from "${PROVIDER}base/temporary.ts";
    import { endWithoutEngine } from "${PROVIDER}pulumi/engine-gone.ts";
    endOnSignals();
    endWithoutEngine(${JSON.stringify(address)});
    writeFileSync(noteTemporary(${JSON.stringify(file)}), "half");
    process.on("message", () => process.send("alive"));
    process.send("ready");
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["pipe", "inherit", "inherit", "ipc"],
  });
  await once(child, "message");
  return child;
}

const withFile = (use: (file: string) => Promise<void>): Promise<void> =>
  withTempDir((folder) => use(join(folder, "half")));

async function listen() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { server, address: `127.0.0.1:${port}` };
}

test("when the engine has gone the process ends, and takes what is half done with it", () =>
  withFile(async (file) => {
    const { server, address } = await listen();
    await once(server.close(), "close");
    const child = await startProvider(address, file);
    child.stdin?.end();
    const [code] = await once(child, "exit");
    assert.equal(code, 1);
    assert.ok(!existsSync(file));
  }));

test("an engine that closes its end of stdin has its provider until it is gone itself", () =>
  withFile(async (file) => {
    const { server, address } = await listen();
    const child = await startProvider(address, file);
    const tried = once(server, "connection");
    child.stdin?.end();
    const [socket] = await tried;
    await once(socket.resume(), "close");
    child.send("alive?");
    assert.deepEqual((await once(child, "message"))[0], "alive");
    const exit = once(child, "exit");
    server.close();
    assert.equal((await exit)[0], 1);
    assert.ok(!existsSync(file));
  }));

test("when the engine ends it by a signal, nothing that is half done stays", () =>
  withFile(async (file) => {
    const { server, address } = await listen();
    const child = await startProvider(address, file);
    child.kill("SIGINT");
    assert.equal((await once(child, "exit"))[0], 130);
    assert.ok(!existsSync(file));
    server.close();
  }));
