/**
 * All tags of a repository, or an error: never half of them, because what no tag names may be deleted.
 * @see distribution-spec, "Listing Tags"
 * @module
 */
import { z } from "zod";
import { LixImageError } from "../base/errors.ts";
import type { HttpResponse } from "../base/http.ts";
import { redact } from "../base/redact.ts";
import { Tag } from "../oci/reference.ts";
import { isBelievable, NotARegistry } from "./answer.ts";
import { nextPage } from "./next-page.ts";
import { onward } from "./onward.ts";
import type { RegistrySession } from "./session.ts";

const LIST_LIMIT = 4 * 1024 * 1024;
// A registry whose pages never end would keep us for ever.
const MAX_PAGES = 1000;
// The most that ECR allows.
const PAGE_SIZE = 1000;
// Shorter lists are no page of anybody's: servers that cut lists at a length of their own cut at 50 or more.
const LEAST_PAGE = 50;

// Nexus says null for none.
const TagList = z.object({ tags: z.array(z.string()).nullish() });

export async function listTags(session: RegistrySession, signal?: AbortSignal): Promise<string[]> {
  const label = `${session.description}: listing tags`;
  const first = session.url(`tags/list?n=${PAGE_SIZE}`);
  const tags = new Set<string>();
  let page: Page = { url: first, isCertain: true };
  for (let read = 1; read <= MAX_PAGES; read += 1) {
    const response = await session.request(page.url, { label, signal });
    if (await session.isMissing(response, signal)) {
      await response.discard();
      // A repository without tags; in the middle of a list it is a list that ends there.
      if (tags.size === 0 || !page.isCertain) return [...tags];
      throw new TagListIncomplete(label, "its next page is not there");
    }
    const listed = await parseTags(session, response, label);
    const fresh = listed.filter((tag) => !tags.has(tag));
    for (const tag of fresh) tags.add(tag);
    const next = await pageAfter(page, { response, listed, fresh, label, first });
    if (next === undefined) return [...tags];
    page = next;
  }
  // Half a list would be a wrong one.
  throw new TagListIncomplete(label, `it has more than ${MAX_PAGES} pages`);
}

interface Page {
  readonly url: URL;
  /** Whether the registry said that there is one; else we look whether there is. */
  readonly isCertain: boolean;
}

interface ReadPage {
  readonly response: HttpResponse;
  readonly listed: readonly string[];
  /** Those that no earlier page had. */
  readonly fresh: readonly string[];
  readonly label: string;
  readonly first: URL;
}

/** Undefined: that was the last one. */
async function pageAfter(
  page: Page,
  { response, listed, fresh, label, first }: ReadPage,
): Promise<Page | undefined> {
  const link = [response.headers["link"] ?? ""].flat().join(", ");
  const next = nextPage(link);
  if (next !== undefined) {
    if (fresh.length === 0 && listed.length > 0)
      throw new TagListIncomplete(label, "its next page holds what was there before");
    const url = await onward(next, { from: page.url, what: "next page of tags", label });
    if (url.href === page.url.href)
      throw new TagListIncomplete(label, "a page is its own next one");
    return { url, isCertain: true };
  }
  const last = listed.at(-1);
  const isLinked = /\bnext\b/i.test(link);
  if (last === undefined || fresh.length === 0) {
    if (isLinked && listed.length > 0) throw new TagListIncomplete(label, UNREADABLE);
    return undefined;
  }
  // Where nothing is said, a long list may be cut short all the same.
  if (!isLinked && listed.length < LEAST_PAGE) return undefined;
  const url = new URL(first);
  url.searchParams.set("last", last);
  return { url, isCertain: false };
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

/** What a registry lists as its tags may not be all of them. */
export class TagListIncomplete extends LixImageError {
  readonly code = "TAG_LIST_INCOMPLETE";
  constructor(label: string, problem: string) {
    super(`${label}: expected the whole list; got a part: ${problem}`, {
      hint: "nothing is removed on the ground of a part: report it to whoever runs the registry, and remove the image there by hand",
    });
  }
}
