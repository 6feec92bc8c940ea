/**
 * A forge's pull requests on loopback, by the API of Forgejo and, for a stand-in of `gh`, by the arguments of
 * that program. Both know only what docs/updating-locks.md uses, and refuse everything else.
 * @see https://forgejo.org/docs/latest/user/api-usage/
 * @module
 */
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { listenOnLoopback } from "./loopback.ts";

export interface PullRequest {
  readonly number: number;
  readonly base: string;
  readonly head: string;
  /** The branch is one of a fork. */
  readonly fork: boolean;
  open: boolean;
  title: string;
  body: string;
}

export interface Forge {
  readonly url: string;
  readonly pulls: PullRequest[];
  /** One entry for every request that changes something. */
  readonly writes: string[];
  /** The next write fails. */
  failNext: boolean;
  add(
    pull: Pick<PullRequest, "base" | "head" | "title" | "body"> & { fork?: boolean },
  ): PullRequest;
  close(): Promise<void>;
}

export const FORGE_TOKEN = "forge-token";
export const FORGE_REPOSITORY = "acme/images";
/** The size of a page of the API, so small that few pull requests need a second page. */
const PAGE = 2;

const API = `/api/v1/repos/${FORGE_REPOSITORY}/pulls`;

export async function startForge(): Promise<Forge> {
  const server = createServer((request, response) => {
    void answer(request).then(({ status, body }) => {
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
  });
  const { url, close } = await listenOnLoopback(server);
  const forge: Forge = {
    ...{ url, close, pulls: [], writes: [], failNext: false },
    add({ fork = false, ...pull }) {
      const added = { ...pull, fork, number: forge.pulls.length + 1, open: true };
      forge.pulls.push(added);
      return added;
    },
  };

  const write = (what: string, change: () => unknown): Reply => {
    forge.writes.push(what);
    if (forge.failNext) {
      forge.failNext = false;
      return { status: 500, body: "the forge is out of order" };
    }
    return { status: 201, body: JSON.stringify(change()) };
  };

  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const { method, headers } = request;
    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    const body = await text(request);
    if (method === "POST" && pathname === "/gh") return gh(forge, write, JSON.parse(body));
    if (headers.authorization !== `token ${FORGE_TOKEN}`) return { status: 401, body: "{}" };
    const sent: Partial<Record<string, string>> = body === "" ? {} : JSON.parse(body);
    if (method === "GET" && pathname === API && searchParams.get("state") === "open") {
      const from = (Number(searchParams.get("page")) - 1) * PAGE;
      const open = forge.pulls.filter((pull) => pull.open).toReversed();
      return { status: 200, body: JSON.stringify(open.slice(from, from + PAGE).map(apiPull)) };
    }
    if (method === "POST" && pathname === API)
      return write("create", () => apiPull(forge.add(pullOf(sent))));
    const number = pathname.startsWith(`${API}/`) ? Number(pathname.slice(API.length + 1)) : NaN;
    const pull = forge.pulls.find((each) => each.number === number);
    if (method === "PATCH" && pull !== undefined)
      return write(`edit ${number}`, () => {
        const { title, body: text } = pullOf(sent);
        return apiPull(Object.assign(pull, { title, body: text }));
      });
    return { status: 404, body: '{"message":"not found"}' };
  };
  return forge;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

const apiPull = ({ number, base, head, fork }: PullRequest) => ({
  number,
  base: { ref: base, repo_id: 1 },
  head: { ref: head, repo_id: fork ? 2 : 1 },
});

function pullOf(sent: Partial<Record<string, string>>) {
  const { base, head, title, body } = sent;
  if (base === undefined || head === undefined || title === undefined || body === undefined)
    throw new RangeError(`half a pull request: ${JSON.stringify(sent)}`);
  return { base, head, title, body };
}

/** The request of the stand-in: its arguments, and the text of --body-file. */
interface GhCall {
  readonly argv: readonly string[];
  readonly body: string;
}

const OWN = ".[] | select(.isCrossRepository == false) | .number";

/** The exit code is 1 for every status but 200. */
function gh(
  forge: Forge,
  write: (what: string, change: () => unknown) => Reply,
  { argv, body }: GhCall,
): Reply {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...{ state: { type: "string" }, base: { type: "string" }, head: { type: "string" } },
      ...{ json: { type: "string" }, jq: { type: "string" }, title: { type: "string" } },
      "body-file": { type: "string" },
    },
  });
  const { base = "", head = "", title = "" } = values;
  const done = (reply: Reply): Reply => (reply.status === 201 ? { ...reply, status: 200 } : reply);
  const [noun, verb, number] = positionals;
  if (noun === "pr" && verb === "list" && values.state === "open" && values.jq === OWN) {
    const found = forge.pulls.filter(
      (pull) => pull.open && pull.base === base && pull.head === head && !pull.fork,
    );
    return { status: 200, body: found.map((pull) => `${pull.number}\n`).join("") };
  }
  if (noun === "pr" && verb === "create")
    return done(write("create", () => forge.add(pullOf({ base, head, title, body }))));
  const pull = forge.pulls.find((each) => each.number === Number(number));
  if (noun === "pr" && verb === "edit" && pull !== undefined)
    return done(write(`edit ${number}`, () => Object.assign(pull, { title, body })));
  return { status: 400, body: `gh: not understood: ${argv.join(" ")}` };
}
