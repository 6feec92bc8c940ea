/**
 * The `Link` of a list that goes on. Servers write it in more ways than RFC 8288 allows: without the angle
 * brackets (Cloudflare's serverless-registry, old Quay), with other parameters first, in capitals.
 * @see RFC 8288 §3; distribution-spec, "Listing Tags"
 * @module
 */

/** The address of the next page; undefined where the header has none, or one that cannot be read. */
export function nextPage(header: string): string | undefined {
  return links(header).find(({ relations }) => relations.includes("next"))?.target;
}

/** Whether a header without a readable next page may still mean one, because we do not understand all of it. */
export const mayHaveNext = (header: string): boolean =>
  entries(header).some((entry) => {
    const [link] = links(entry);
    return entry.trim() !== "" && (link === undefined || !link.relations.some(isRelation));
  });

/** A registered type, or one's own as a URI. @see RFC 8288 §2.1 */
const isRelation = (text: string): boolean =>
  /^(?:[a-z][a-z0-9.-]*|[a-z][a-z0-9+.-]*:.*)$/.test(text);

interface Link {
  readonly target: string;
  /** In lower case. */
  readonly relations: readonly string[];
}

function links(header: string): Link[] {
  return entries(header).flatMap((entry) => {
    const [, bracketed, bare, parameters = ""] =
      /^\s*(?:<([^>]*)>|([^\s;<>"]+))\s*(;.*)?$/s.exec(entry) ?? [];
    const target = (bracketed ?? bare)?.trim();
    if (target === undefined || target === "") return [];
    const [, , quoted, single, bareValue] =
      [...parameters.matchAll(PARAMETER)].find(([, name = ""]) => /^rel$/i.test(name)) ?? [];
    const relations = (quoted ?? single ?? bareValue ?? "").toLowerCase().split(/\s+/);
    return [{ target, relations }];
  });
}

const PARAMETER = /;\s*([^\s=;]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;]*)))?/g;

/** Split at the commas that stand neither in brackets nor in quotes. */
const entries = (header: string): string[] =>
  header.match(/(?:<[^>]*>|"(?:[^"\\]|\\.)*"|[^,<"])+/g) ?? [];
