/**
 * Chromium without a window, by its own protocol over two pipes: nothing listens on a port, and no library stands
 * between the test and the browser.
 * @see https://chromedevtools.github.io/devtools-protocol/
 * @module
 */
import { spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import { withTempDir } from "../../provider/base/temp-dir.ts";

type Parameters = Readonly<Record<string, unknown>>;

export interface BrowserPage {
  /** The value of an expression in the page; a promise is awaited. */
  evaluate(expression: string): Promise<unknown>;
  /** A key on the keyboard, such as `Enter` or `ArrowRight`. */
  press(key: string): Promise<void>;
  open(url: string): Promise<void>;
  /** Width and height in CSS pixels. */
  resize(width: number, height: number): Promise<void>;
  colorScheme(scheme: "light" | "dark"): Promise<void>;
  screenshot(): Promise<Buffer>;
  /** Addresses that were requested since the start, except for pages that were opened. */
  readonly requests: readonly string[];
  /** Lines on the console that are no mere information, errors, refusals by the policy. */
  readonly complaints: readonly string[];
}

export const withChromium = <T>(
  program: string,
  use: (page: BrowserPage) => Promise<T>,
): Promise<T> =>
  withTempDir(async (folder) => {
    const child = spawn(
      program,
      [
        ...["--headless=new", "--remote-debugging-pipe", `--user-data-dir=${folder}/profile`],
        // Containers have no user namespaces, and a small /dev/shm.
        ...["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars"],
        ...["--no-first-run", "--disable-background-networking", "--disable-component-update"],
        "about:blank",
      ],
      {
        stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
        env: { PATH: process.env["PATH"], HOME: folder },
      },
    );
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const [, , , to, from] = child.stdio;
    if (!(to instanceof Writable) || !(from instanceof Readable)) throw new Error("no pipes");
    const connection = new Connection(to, from);
    void ended.then(() => connection.end(`${program} ended`));
    child.once("error", (error) => connection.end(String(error)));
    try {
      return await use(await openPage(connection));
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  });

async function openPage(connection: Connection): Promise<BrowserPage> {
  const { targetId } = await connection.ask("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await connection.ask("Target.attachToTarget", { targetId, flatten: true });
  const ask = (method: string, parameters: Parameters = {}): Promise<Parameters> =>
    connection.ask(method, parameters, String(sessionId));
  const requests: string[] = [];
  const complaints: string[] = [];
  const opened = new Set(["about:blank"]);
  let loaded = (): void => {};
  connection.onEvent = (method, parameters) => {
    if (method === "Page.loadEventFired") loaded();
    if (method === "Network.requestWillBeSent") {
      const url = String(Reflect.get(Object(parameters["request"]), "url"));
      if (!opened.has(url)) requests.push(url);
    }
    if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded")
      complaints.push(JSON.stringify(parameters));
    if (method === "Runtime.consoleAPICalled" && parameters["type"] !== "info")
      complaints.push(JSON.stringify(parameters));
  };
  for (const domain of ["Page", "Network", "Runtime", "Log"]) await ask(`${domain}.enable`);
  return {
    requests,
    complaints,
    async evaluate(expression) {
      const { result, exceptionDetails } = await ask("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return Reflect.get(Object(result), "value");
    },
    async press(key) {
      const text = key === "Enter" ? { text: "\r" } : {};
      const code = { key, code: key, windowsVirtualKeyCode: KEY_CODES[key] ?? 0 };
      await ask("Input.dispatchKeyEvent", { type: "keyDown", ...code, ...text });
      await ask("Input.dispatchKeyEvent", { type: "keyUp", ...code });
    },
    async open(url) {
      opened.add(url);
      const whole = new Promise<void>((resolve) => (loaded = resolve));
      await ask("Page.navigate", { url });
      await whole;
    },
    async resize(width, height) {
      const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
      await ask("Emulation.setDeviceMetricsOverride", metrics);
    },
    async colorScheme(value) {
      const features = [{ name: "prefers-color-scheme", value }];
      await ask("Emulation.setEmulatedMedia", { features });
    },
    async screenshot() {
      const { data } = await ask("Page.captureScreenshot", { format: "png" });
      return Buffer.from(String(data), "base64");
    },
  };
}

const KEY_CODES: Readonly<Record<string, number>> = {
  Backspace: 8,
  Tab: 9,
  Enter: 13,
  Escape: 27,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};

/** Messages are JSON that ends in NUL. */
class Connection {
  onEvent: (method: string, parameters: Parameters) => void = () => {};
  readonly #to: Writable;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (result: Parameters) => void; readonly reject: (error: Error) => void }
  >();
  #last = 0;
  #ended: string | undefined;

  constructor(to: Writable, from: Readable) {
    this.#to = to;
    let rest = "";
    from.setEncoding("utf8").on("data", (text: string) => {
      const messages = `${rest}${text}`.split("\0");
      rest = messages.pop() ?? "";
      for (const message of messages) this.#receive(JSON.parse(message) as Parameters);
    });
    // Who has ended reads no more.
    to.on("error", () => {});
  }

  ask(method: string, params: Parameters, sessionId?: string): Promise<Parameters> {
    if (this.#ended !== undefined) return Promise.reject(new Error(this.#ended));
    const id = (this.#last += 1);
    this.#to.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  end(reason: string): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }

  #receive({ id, method, params, result, error }: Parameters): void {
    if (typeof id !== "number") return this.onEvent(String(method), Object(params));
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(Object(result));
    else waiting?.reject(new Error(JSON.stringify(error)));
  }
}
