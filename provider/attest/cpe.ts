/**
 * CPE names as documents may have them. nixpkgs puts versions into them as they are, so a `+` is not quoted, and a
 * validator refuses the whole document.
 * @see https://csrc.nist.gov/schema/cpe/2.3/cpe-naming_2.3.xsd
 * @module
 */

const PUNCTUATION = String.raw`\\[\\*?!"#$%&'()+,/:;<=>@[\]^${"`"}{|}~]`;
const VALUE = String.raw`(?:(?:\?*|\*?)(?:[A-Za-z0-9._-]|${PUNCTUATION})+(?:\?*|\*?)|[*-])`;
const LANGUAGE = "(?:[A-Za-z]{2,3}(?:-(?:[A-Za-z]{2}|[0-9]{3}))?|[*-])";
const CPE = new RegExp(`^cpe:2\\.3:[aho*-](?::${VALUE}){5}:${LANGUAGE}(?::${VALUE}){4}$`);

/** With its punctuation quoted; undefined for what is no CPE even then. */
export function wellFormedCpe(text: string): string | undefined {
  const [prefix = "", version = "", ...values] = text.split(/(?<!\\):/);
  const quoted = [prefix, version, ...values.map(quote)].join(":");
  return CPE.test(quoted) ? quoted : undefined;
}

/** A `*` and a `?` are left, because they may be wildcards. */
const quote = (value: string): string =>
  value.replace(/\\.|[^A-Za-z0-9._*?-]/g, (found) => (found.length === 2 ? found : `\\${found}`));
