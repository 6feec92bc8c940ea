/** Tags with `{version}`, `{major}` and `{planKey}` filled in. @module */
import { throwAll } from "../base/errors.ts";
import { lixError } from "../errors/lix-error.ts";
import { Tag } from "../formats/oci/reference.ts";

export interface TagFacts {
  /** The version of the Lix in the image: `2.93.3`. */
  readonly version: string;
  readonly planKey: string;
}

/** `tag` first, then the extra ones, each once. Throws every text that is not a tag. */
export function fillTags(templates: readonly string[], facts: TagFacts): string[] {
  return fillEach(templates, facts, (tag, template, path) =>
    Tag.check(tag, tag === template ? path : `${path} ${JSON.stringify(template)}`),
  );
}

/** Throws every text that is not a tag for any version and plan, and every one with another placeholder. */
export function checkTemplates(templates: readonly string[]): void {
  fillEach(templates, LIKELY_FACTS, (tag, template, path) => {
    if (!Tag.is(tag)) throw lixError("INVALID_TAG", { text: template, path });
  });
}

const LIKELY_FACTS = { version: "2", planKey: "0".repeat(64) };

/** Whether it follows from what is in the image, and not from its version alone. */
export const hasPlanKey = (template: string): boolean => template.includes("{planKey}");

function fillEach(
  templates: readonly string[],
  facts: TagFacts,
  check: (tag: string, template: string, path: string) => void,
): string[] {
  const mistakes: unknown[] = [];
  const tags = templates.map((template, index) => {
    const path = index === 0 ? "tag" : `extraTags[${index - 1}]`;
    try {
      const tag = fill(template, facts, path);
      check(tag, template, path);
      return tag;
    } catch (error) {
      mistakes.push(error);
      return template;
    }
  });
  throwAll(mistakes);
  return [...new Set(tags)];
}

function fill(template: string, facts: TagFacts, path: string): string {
  const values: Readonly<Record<string, string>> = {
    // A tag may hold no "+", which versions may.
    version: facts.version.replaceAll("+", "-"),
    major: facts.version.split(".").slice(0, 2).join("."),
    planKey: facts.planKey,
  };
  return template.replace(/\{([^}]*)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw lixError("UNKNOWN_PLACEHOLDER", { argument: path, name });
    return value;
  });
}
