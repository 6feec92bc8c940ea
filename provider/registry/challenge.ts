/**
 * `WWW-Authenticate`: the ways of logging in that a server offers. Real servers send several in one
 * header, leave quotes out, or repeat the header, which Node joins by commas.
 *
 *     challenges = challenge *( "," challenge )
 *     challenge  = scheme [ token68 / parameter *( "," parameter ) ]
 *     parameter  = name "=" ( unquoted / quoted-string )
 *
 * @see RFC 9110 §11.6.1
 * @module
 */

export interface Challenge {
  /** Lower case: "basic", "bearer", … */
  readonly scheme: string;
  /** Names in lower case; the first of a name wins. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Never throws: what cannot be read is left out, up to the next comma. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const scan = new Scanner(header);
  while (!scan.atEnd()) {
    scan.take(/[\s,]*/y);
    const name = scan.take(/[!#$%&'*+.^_`|~0-9A-Za-z-]+/y);
    const current = challenges.at(-1);
    if (name === "") scan.take(/[^,]*/y);
    else if (current !== undefined && scan.take(/\s*=\s*/y) !== "") {
      const value = scan.take(/"(?:[^"\\]|\\.)*"?|[^\s,]*/y);
      if (!current.parameters.has(name.toLowerCase()))
        current.parameters.set(name.toLowerCase(), unquoted(value));
    } else {
      challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
      // `Negotiate YII=`: one opaque word, which none of our schemes uses.
      scan.take(/[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y);
    }
  }
  return challenges;
}

/** The challenge that we answer. A token is worth less to a thief than a password, so Bearer comes first. */
export function preferredChallenge(header: string | undefined): Challenge | undefined {
  const challenges = parseChallenges(header ?? "");
  return (
    // Without a realm it does not say where a token comes from.
    challenges.find(({ scheme, parameters }) => scheme === "bearer" && parameters.get("realm")) ??
    challenges.find(({ scheme }) => scheme === "basic")
  );
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  return value.replace(/^"|(?<!\\)"$/g, "").replace(/\\(.)/g, "$1");
}

/** A position in a text, moved on by sticky patterns. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** What the sticky pattern matches here, or nothing. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += match.length;
    return match;
  }
}
