/** What comes of a request: an answer, or the first of the many reasons why there is none. @module */
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { CONNECT_LIMIT_MS, QUEUE_LIMIT_MS } from "./agent.ts";
import { HttpTimeout, NotHttp } from "./unreachable.ts";

// Go's net/http allows five by default; browsers and proxies send a few at most.
const INTERIM_ANSWERS = 32;

export class Outcome {
  readonly answered: Promise<IncomingMessage>;
  /** Resolves with the answer, and with its absence. */
  readonly known: Promise<void>;
  /** Resolves when the request has a connection that can carry it. */
  readonly connected: Promise<void>;
  readonly #request: ClientRequest;
  readonly #answer = Promise.withResolvers<IncomingMessage>();
  #known = false;

  constructor(request: ClientRequest, signal: AbortSignal | undefined) {
    this.#request = request;
    this.answered = this.#answer.promise;
    const stop = (): void => this.fail(new Error("aborted"));
    signal?.addEventListener("abort", stop, { once: true });
    this.known = this.answered.then(
      () => {},
      () => {},
    );
    void this.known.then(() => signal?.removeEventListener("abort", stop));
    this.#listen();
    this.connected = this.#connect();
    if (signal?.aborted === true) stop();
  }

  get isKnown(): boolean {
    return this.#known;
  }

  /**
   * The first reason counts. It does not wait for Node: a request that stands in the agent's queue
   * would tell nobody that it was destroyed until it has a socket.
   */
  fail(reason: Error): void {
    if (this.#known) return;
    this.#known = true;
    this.#answer.reject(reason);
    this.#request.destroy(reason);
  }

  /** What `work` gives; undefined when the outcome is known before. */
  async orElse<T>(work: Promise<T>): Promise<T | undefined> {
    // Nobody waits for it any more after that, so its failure is of no interest.
    work.catch(() => {});
    return await Promise.race([work, this.known.then(() => undefined)]);
  }

  #listen(): void {
    const request = this.#request;
    request.once("response", (response) => {
      // The outcome was known before: nobody reads this.
      if (this.#known) return void response.destroy();
      this.#known = true;
      this.#answer.resolve(response);
    });
    // Stays for the life of the request: an unheard "error" would end the process.
    request.on("error", (error) => this.fail(error));
    request.once("close", () => this.fail(closedUnanswered()));
    const switched = ({ statusCode }: IncomingMessage, socket: Socket): void => {
      socket.destroy();
      this.fail(new NotHttp(`the answer ${statusCode} to another protocol, unasked`));
    };
    request.once("upgrade", switched);
    request.once("connect", switched);
    let interim = 0;
    request.on("information", () => {
      interim += 1;
      if (interim > INTERIM_ANSWERS)
        this.fail(new NotHttp(`more than ${INTERIM_ANSWERS} interim answers and no final one`));
    });
  }

  async #connect(): Promise<void> {
    const socket = await this.#socket();
    if (socket === undefined || !isConnecting(socket)) return;
    const ready = "encrypted" in socket ? "secureConnect" : "connect";
    await this.#within(CONNECT_LIMIT_MS, "no connection", (done) => void socket.once(ready, done));
  }

  /** The agent lets a request wait while all connections to its host are in use. */
  async #socket(): Promise<Socket | undefined> {
    return await this.#within<Socket>(QUEUE_LIMIT_MS, "no free connection", (done) => {
      this.#request.once("socket", done);
    });
  }

  async #within<T>(
    ms: number,
    lacking: string,
    begin: (done: (value: T) => void) => void,
  ): Promise<T | undefined> {
    const timer = setTimeout(
      () => this.fail(new HttpTimeout(`${lacking} within ${ms / 1000} s`)),
      ms,
    );
    try {
      return await this.orElse(new Promise<T>(begin));
    } finally {
      clearTimeout(timer);
    }
  }
}

const isConnecting = (socket: Socket): boolean =>
  socket.connecting || ("secureConnecting" in socket && socket.secureConnecting === true);

/** As Node says it of a connection that breaks. */
const closedUnanswered = (): Error =>
  Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" });
