/**
 * SPDX license expressions: `MIT`, `(MIT OR ISC) AND Zlib`, `GPL-2.0-only WITH Classpath-exception-2.0`. Identifiers are
 * not compared with SPDX's list, since a lock may be newer than any list that we could ship.
 * @see https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/
 * @module
 */

export type LicenseExpression =
  | {
      readonly kind: "license";
      /** With its `+` or its exception: `GPL-2.0-only WITH Classpath-exception-2.0`. */
      readonly name: string;
    }
  | { readonly kind: Operator; readonly operands: readonly LicenseExpression[] };

type Operator = "AND" | "OR";

const LICENSE = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?$/;
const EXCEPTION = /^[A-Za-z0-9][A-Za-z0-9.-]*$/;
const OPERATOR = /^(?:AND|OR|WITH|and|or|with)$/;
// Hostile text must not exhaust the stack. The longest expressions of nixpkgs have some 300 characters.
const LENGTH_LIMIT = 4000;
const DEPTH_LIMIT = 32;

export const LicenseExpression = {
  /** Throws a RangeError that does not repeat the text. */
  parse(text: string): LicenseExpression {
    if (text.length > LENGTH_LIMIT)
      throw new RangeError(`a license expression has at most ${LENGTH_LIMIT} characters`);
    if (!/^[\x20-\x7e]+$/.test(text)) throw new RangeError(EXPECTED);
    return new Parser(text.match(/[()]|[^ ()]+/g) ?? []).parse();
  },

  /** The same expression always gives the same text, without needless parentheses. */
  format(expression: LicenseExpression): string {
    if (expression.kind === "license") return expression.name;
    const operands = expression.operands.map((operand) => {
      const text = LicenseExpression.format(operand);
      return operand.kind === "OR" ? `(${text})` : text;
    });
    return operands.join(` ${expression.kind} `);
  },

  /** Each operand once; what has the same operator becomes one list. */
  combine(kind: Operator, operands: readonly LicenseExpression[]): LicenseExpression {
    const flat = operands.flatMap((each) => (each.kind === kind ? each.operands : [each]));
    const unique = [
      ...new Map(flat.map((each) => [LicenseExpression.format(each), each])).values(),
    ];
    const [only] = unique;
    return only !== undefined && unique.length === 1 ? only : { kind, operands: unique };
  },

  /** Whether some choice among its alternatives has only licenses that `isAllowed` accepts. */
  isSatisfied(expression: LicenseExpression, isAllowed: (license: string) => boolean): boolean {
    switch (expression.kind) {
      case "license":
        return isAllowed(expression.name);
      case "AND":
        return expression.operands.every((each) => LicenseExpression.isSatisfied(each, isAllowed));
      case "OR":
        return expression.operands.some((each) => LicenseExpression.isSatisfied(each, isAllowed));
    }
  },
};

const EXPECTED = "not an SPDX license expression: expected such as MIT, or MIT OR Apache-2.0";

/** OR binds least, then AND, then WITH. */
class Parser {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  parse(): LicenseExpression {
    const expression = this.#operation("OR");
    if (this.#at < this.#tokens.length) throw new RangeError(EXPECTED);
    return expression;
  }

  #operation(kind: Operator): LicenseExpression {
    const operand = (): LicenseExpression =>
      kind === "OR" ? this.#operation("AND") : this.#operand();
    const operands = [operand()];
    while (this.#take(kind)) operands.push(operand());
    return LicenseExpression.combine(kind, operands);
  }

  #operand(): LicenseExpression {
    if (this.#take("(")) {
      this.#depth += 1;
      if (this.#depth > DEPTH_LIMIT)
        throw new RangeError(`a license expression has at most ${DEPTH_LIMIT} levels`);
      const inner = this.#operation("OR");
      if (!this.#take(")")) throw new RangeError(EXPECTED);
      this.#depth -= 1;
      return inner;
    }
    const license = this.#identifier(LICENSE);
    const name = this.#take("WITH") ? `${license} WITH ${this.#identifier(EXCEPTION)}` : license;
    return { kind: "license", name };
  }

  #identifier(form: RegExp): string {
    const token = this.#tokens[this.#at] ?? "";
    if (!form.test(token) || OPERATOR.test(token)) throw new RangeError(EXPECTED);
    this.#at += 1;
    return token;
  }

  /** Whether the next token is this one, which is then passed. SPDX 3 allows operators in lower case. */
  #take(expected: string): boolean {
    const token = this.#tokens[this.#at];
    if (token !== expected && token !== expected.toLowerCase()) return false;
    this.#at += 1;
    return true;
  }
}
