/**
 * Where images are: repositories, tags, and references to one image.
 *
 * ```
 * reference  = repository [ ":" tag ] [ "@" digest ]
 * repository = [ "http://" | "https://" ] host "/" name
 * host       = ( domain | IPv4 | "[" IPv6 "]" ) [ ":" port ]
 * name       = component *( "/" component )
 * ```
 * Unlike Docker's, ours name their registry: nothing is pushed to Docker Hub by leaving it out.
 * @see https://github.com/distribution/reference/blob/v0.6.0/reference.go
 * @module
 */
import { isLoopback } from "../../base/loopback.ts";
import { lixError } from "../../errors/lix-error.ts";
import { Digest } from "./digest.ts";

export interface Repository {
  /** With the port, if one is given: `localhost:5000`. */
  readonly host: string;
  /** `acme/lix` */
  readonly name: string;
  /** Asked for by `http://`, and what a registry on this machine speaks. */
  readonly plainHttp: boolean;
}

export const Repository = {
  parse(text: string): Repository {
    const [, scheme, rest = text] = /^(https?):\/\/(.*)$/s.exec(text) ?? [];
    const slash = rest.indexOf("/");
    const host = rest.slice(0, Math.max(slash, 0));
    const name = rest.slice(slash + 1);
    if (slash < 0 || !isHost(host))
      throw lixError("INVALID_REPOSITORY", {
        text,
        problem: "no registry host",
        expected: /\.\d+$/.test(host) ? "number" : "host",
      });
    if (!NAME.test(name))
      throw lixError("INVALID_REPOSITORY", {
        text,
        problem: `not a name: ${JSON.stringify(name)}`,
        expected: "name",
      });
    // distribution-spec: clients limit host and name together.
    if (rest.length > 255)
      throw lixError("INVALID_REPOSITORY", {
        text,
        problem: `${rest.length} characters, at most 255`,
        expected: "length",
      });
    return { host, name, plainHttp: scheme === undefined ? isLoopback(host) : scheme === "http" };
  },
  /** Whether a text begins with a registry's host. */
  namesHost(text: string): boolean {
    const [host = "", ...name] = text.replace(/^https?:\/\//, "").split("/");
    return name.length > 0 && isHost(host);
  },
  /** Throws unless it may be one's name. */
  checkName(name: string): void {
    if (!NAME.test(name))
      throw lixError("INVALID_REPOSITORY", { text: name, problem: "not a name", expected: "name" });
  },
  /** Without the scheme: `ghcr.io/acme/lix`. */
  format: (repository: Repository): string => `${repository.host}/${repository.name}`,
};

export const Tag = {
  is: (text: string): boolean => TAG.test(text),
  /** Throws unless it is one. @param path of the argument that it comes from: `extraTags[0]`. */
  check(text: string, path?: string): void {
    if (!Tag.is(text)) throw lixError("INVALID_TAG", { text, path });
  },
};

export interface Reference {
  readonly repository: Repository;
  readonly tag: string | undefined;
  /** Where both are given, it decides. */
  readonly digest: Digest | undefined;
}

export const Reference = {
  parse(text: string): Reference {
    const [named = "", digest, ...more] = text.split("@");
    // A port's colon stands before the last slash, a tag's after it.
    const colon = named.indexOf(":", named.lastIndexOf("/"));
    const tag = colon < 0 ? undefined : named.slice(colon + 1);
    try {
      if (more.length > 0)
        throw lixError("INVALID_REPOSITORY", {
          text,
          problem: "more than one @",
          expected: "reference",
        });
      if (tag !== undefined) Tag.check(tag);
      return {
        repository: Repository.parse(colon < 0 ? named : named.slice(0, colon)),
        tag,
        digest: digest === undefined ? undefined : Digest.parse(digest),
      };
    } catch (error) {
      throw lixError("INVALID_REFERENCE", { text }, { cause: error });
    }
  },
  format: ({ repository, tag, digest }: Reference): string =>
    Repository.format(repository) +
    (tag === undefined ? "" : `:${tag}`) +
    (digest === undefined ? "" : `@${digest}`),
};

const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const HOST = new RegExp(
  `^(?:(?<domain>${LABEL}(?:\\.${LABEL})*)|\\[(?<ipv6>[0-9A-Fa-f:.]+)\\])(?<port>:[0-9]+)?$`,
);

/** A first component without dot and port is part of a name: `acme/lix` is on Docker Hub. */
function isHost(host: string): boolean {
  const { domain, ipv6, port } = HOST.exec(host)?.groups ?? {};
  if (port !== undefined && Number(port.slice(1)) > 65535) return false;
  // Not `10.0.0.300`, nor `localhost.5000`, whose last label makes it an address.
  if (!URL.canParse(`http://${host}/`)) return false;
  if (ipv6 !== undefined) return true;
  return (
    domain !== undefined &&
    (domain === "localhost" || domain.includes(".") || port !== undefined) &&
    isOneHost(domain)
  );
}

/**
 * URLs take a name whose last part is a number for an IPv4 address: `localhost.5000` is none, and `127.1` or
 * `0x7f.0.0.1` would be another host than the text says.
 */
const isOneHost = (domain: string): boolean =>
  URL.parse(`http://${domain}/`)?.hostname === domain.toLowerCase();
