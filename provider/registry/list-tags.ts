/**
 * All tags of a repository, or an error: never half of them, because what no tag names may be deleted.
 * @see distribution-spec, "Listing Tags"
 * @module
 */
import { z } from "zod";
import { LixImageError } from "../base/errors.ts";
import type { HttpResponse } from "../http/request.ts";
import { redact } from "../base/redact.ts";
import { Tag } from "../formats/oci/reference.ts";
import { isBelievable } from "./believable.ts";
import { NotARegistry } from "./refusal.ts";
import { mayHaveNext, nextPage } from "./next-page.ts";
import { resolveRedirect } from "./resolve-redirect.ts";
import type { RegistrySession } from "./registry-session.ts";

const LIST_LIMIT = 4 * 1024 * 1024;
// A registry whose pages never end must not keep us for ever.
const MAX_PAGES = 1000;
// The most that ECR allows.
const PAGE_SIZE = 1000;
// A shorter list is a whole one: servers that cut lists at a length of their own cut at 50 or more.
const LEAST_PAGE = 50;

// Nexus writes null for none. An object without the member is some other answer.
const TagList = z.object({ tags: z.array(z.string()).nullable() });

export async function listTags(session: RegistrySession, signal?: AbortSignal): Promise<string[]> {
  const label = `${session.description}: listing tags`;
  let first = session.url(`tags/list?n=${PAGE_SIZE}`);
  const tags = new Set<string>();
  let page: Page = { url: first, because: "first" };
  for (let read = 1; read <= MAX_PAGES; read += 1) {
    const { response, listed } = await readPage(session, page, { label, signal });
    if (listed === "too long") {
      first = session.url("tags/list");
      page = { url: first, because: "first" };
      continue;
    }
    // A repository without tags, or a page that we only guessed to be there.
    if (listed === undefined) return [...tags];
    const fresh = listed.filter((tag) => !tags.has(tag));
    for (const tag of fresh) tags.add(tag);
    const next = await pageAfter(page, { response, listed, fresh, label, first });
    if (next === undefined) return [...tags];
    page = next;
  }
  // A part of the list would be a wrong list.
  throw new TagListIncomplete(label, `it has more than ${MAX_PAGES} pages`);
}

interface Page {
  readonly url: URL;
  /**
   * Why we ask for it: the registry gives its address; it says that there is one, in a form that we cannot
   * read; or it says nothing, and the page before was long enough to be only a part.
   */
  readonly because: "first" | "linked" | "unreadable" | "long";
}

interface ReadPage {
  readonly response: HttpResponse;
  readonly listed: readonly string[];
  /** Those that no earlier page had. */
  readonly fresh: readonly string[];
  readonly label: string;
  readonly first: URL;
}

/** How registries refuse a page that they did not announce: ECR's addresses are opaque tokens. */
const NO_PAGE: ReadonlySet<number> = new Set([400, 404, 405, 416, 422]);

/** How registries refuse a page length that is too large; without a length they use their own. */
const NO_LENGTH: ReadonlySet<number> = new Set([400, 422]);

/** `listed` is undefined when there is no such page, and need not be. */
async function readPage(
  session: RegistrySession,
  { url, because }: Page,
  { label, signal }: { readonly label: string; readonly signal: AbortSignal | undefined },
): Promise<{
  readonly response: HttpResponse;
  readonly listed: readonly string[] | "too long" | undefined;
}> {
  return await session.readWhole(url, { label, signal }, async (response) => {
    if (because === "first" && url.search !== "" && NO_LENGTH.has(response.status)) {
      await response.discard();
      return { response, listed: "too long" };
    }
    const isMissing = await session.isMissing(response, signal);
    if (
      (because === "first" && isMissing) ||
      (because === "long" && NO_PAGE.has(response.status))
    ) {
      await response.discard();
      return { response, listed: undefined };
    }
    if (isMissing) {
      await response.discard();
      throw new TagListIncomplete(label, "its next page is not there");
    }
    return { response, listed: await parseTags(session, response, label) };
  });
}

/** Undefined: that was the last one. */
async function pageAfter(
  page: Page,
  { response, listed, fresh, label, first }: ReadPage,
): Promise<Page | undefined> {
  const link = [response.headers["link"] ?? ""].flat().join(", ");
  const next = nextPage(link);
  // A registry that ignores where a page is to begin may have more tags than it ever shows.
  if (fresh.length === 0 && listed.length > 0 && page.because !== "long")
    throw new TagListIncomplete(
      label,
      page.because === "unreadable" ? UNREADABLE : "its next page holds what was there before",
    );
  if (next !== undefined) {
    const url = await resolveRedirect(next, { from: page.url, what: "next page of tags", label });
    if (url.href === page.url.href)
      throw new TagListIncomplete(label, "a page is its own next one");
    return { url, because: "linked" };
  }
  const last = listed.at(-1);
  if (last === undefined || fresh.length === 0) return undefined;
  const because = mayHaveNext(link) ? "unreadable" : "long";
  // A long list may be cut short even if the registry does not say so.
  if (because === "long" && listed.length < LEAST_PAGE) return undefined;
  const url = new URL(first);
  url.searchParams.set("last", last);
  return { url, because };
}

const UNREADABLE = "it goes on at an address that cannot be read";

async function parseTags(
  session: RegistrySession,
  response: HttpResponse,
  label: string,
): Promise<readonly string[]> {
  if (response.status !== 200) throw await session.failure(response, label);
  const { url } = response;
  const text = await response.text(LIST_LIMIT);
  let listed: readonly string[];
  try {
    listed = TagList.parse(JSON.parse(text)).tags ?? [];
  } catch {
    throw new NotARegistry(label, isBelievable(response) ? "no list of tags" : "a web page", url);
  }
  // Artifactory lists digests too. Anything else would have to be skipped, and might be what we look for.
  const tags = listed.filter((tag) => !/^sha256:[0-9a-f]{64}$/.test(tag));
  const wrong = tags.find((tag) => !Tag.is(tag));
  if (wrong !== undefined)
    throw new TagListIncomplete(
      label,
      `it holds ${JSON.stringify(redact(wrong).slice(0, 80))}, which is no tag`,
    );
  return tags;
}

/** A registry may have more tags than it lists. */
export class TagListIncomplete extends LixImageError {
  readonly code = "TAG_LIST_INCOMPLETE";
  constructor(label: string, problem: string) {
    super(`${label}: expected the whole list; got a part: ${problem}`, {
      hint: "nothing is removed while the list may be a part: report it to the people who run the registry, and remove the image there by hand",
    });
  }
}
