/**
 * One release of a channel: where it lies, what it was made from, and which Hydra evaluation built it.
 * @see https://github.com/NixOS/infra, channels.nix and mirror-nixos-branch.pl
 * @module
 */
import { LixImageError } from "../base/errors.ts";
import { http } from "../http/request.ts";
import { redactUrl } from "../base/redact.ts";
import { fetchText, ServerRefused, USER_AGENT, type FetchOptions } from "./fetch-text.ts";
import { lixError } from "../errors/lix-error.ts";

export interface ChannelRelease {
  /** The release's folder, with a trailing slash; it never changes. */
  readonly url: URL;
  /** `nixpkgs-26.05pre901234.0123456789ab`, the folder's name. */
  readonly name: string;
  /** The commit of nixpkgs, 40 hex digits. */
  readonly revision: string;
  /** `https://hydra.nixos.org/eval/1234567` */
  readonly evaluation: URL;
}

const CHANNELS = "https://channels.nixos.org/";

/** `nixos-unstable`, or the URL of a channel or of one release. */
export function channelUrl(channel: string): URL {
  if (/^https?:\/\//.test(channel)) {
    const url = URL.parse(channel);
    if (url !== null) return url;
  }
  if (!/^[0-9A-Za-z][0-9A-Za-z.-]*$/.test(channel)) throw new RangeError(notAChannel(channel));
  return new URL(channel, CHANNELS);
}

/** The shortest text that `channelUrl` reads as this channel. */
export const channelName = (url: URL): string =>
  url.href.startsWith(CHANNELS) ? url.href.slice(CHANNELS.length) : url.href;

/**
 * Follows the channel to its current release. All files are read from that release, so that none of them
 * belongs to the next one.
 */
export async function resolveChannel(
  channel: URL,
  options: FetchOptions = {},
): Promise<ChannelRelease> {
  const root = await http(channel, { ...options, headers: { "user-agent": USER_AGENT } });
  await root.discard();
  const url = new URL(root.url);
  url.search = "";
  url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  if (channel.protocol === "https:") mustBeHttps(url, channel);
  // A server may not list folders, so a file decides whether there is a release.
  const revision = await releaseFile(url, "git-revision", /^[0-9a-f]{40}$/, options).catch(
    (error: unknown) => {
      const refused = root.status !== 200 && error instanceof NotAChannel;
      throw refused ? lixError("CHANNEL_NOT_FOUND", { channel }, { cause: error }) : error;
    },
  );
  // Only the release's folder has it; channels do not redirect its name.
  const source = await releaseFile(url, "src-url", /^https?:\/\/[^\s?#]+\/eval\/\d+$/, options);
  const evaluation = new URL(source);
  if (url.protocol === "https:") mustBeHttps(evaluation, new URL("src-url", url));
  return { url, name: url.pathname.split("/").at(-2) ?? "", revision, evaluation };
}

function mustBeHttps(url: URL, namedBy: URL): void {
  if (url.protocol !== "https:") throw new NotAChannel(namedBy, `the address ${redactUrl(url)}`);
}

async function releaseFile(
  release: URL,
  name: string,
  form: RegExp,
  options: FetchOptions,
): Promise<string> {
  const file = new URL(name, release);
  const text = await fetchText(file, options).catch((error: unknown) => {
    // S3 answers 403 for a missing file.
    throw error instanceof ServerRefused && [403, 404, 410].includes(error.status)
      ? new NotAChannel(file, "nothing", error)
      : error;
  });
  if (form.test(text.trim())) return text.trim();
  throw new NotAChannel(file, JSON.stringify(text.slice(0, 60)));
}

const notAChannel = (channel: string): string =>
  `expected the name of a channel (nixos-unstable) or a URL; got ${JSON.stringify(channel)}`;

export class NotAChannel extends LixImageError {
  readonly code = "NOT_A_CHANNEL";
  constructor(file: URL, got: string, cause?: unknown) {
    super(`${redactUrl(file)}: expected the file of a channel's release; got ${got}`, {
      cause,
      hint: "give the URL of a channel or of one release, as below https://releases.nixos.org",
    });
  }
}
