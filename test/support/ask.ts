import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Asks for a URL by our client in a process of its own with just this environment: what agents make
 * of it holds for the life of a process. Gives the answer's text, or the error's code, message and hint.
 */
export async function ask(url: string, env: Readonly<Record<string, string>>): Promise<string> {
  const module = new URL("../../provider/http/request.ts", import.meta.url);
  const program = `
    const { http } = await import(${JSON.stringify(module.href)});
    await http(${JSON.stringify(url)}, { retry: false })
      .then((response) => response.text())
      .then(console.log, ({ code, message, hint }) => console.log(code + ": " + message, hint));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program],
    { env, timeout: 20_000 },
  );
  return stdout.trim();
}
