/** Declarations with their comments, out of TypeScript source: read, not type-checked. @module */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { REPOSITORY } from "../source-files.ts";

export interface DocumentedType {
  readonly name: string;
  readonly comment: string;
  /** Properties of an interface or a class, and a class's static methods. */
  readonly members: readonly DocumentedMember[];
  /** The right side of a type alias. */
  readonly definition: string | undefined;
}

export interface DocumentedMember {
  readonly name: string;
  /** The type for a reader: without `readonly` and `| undefined`. */
  readonly type: string;
  readonly isOptional: boolean;
  /** Without the last sentence, if that states the default. */
  readonly comment: string;
  /** What the comment says behind "Default:", without the full stop. */
  readonly default: string | undefined;
}

/** The exported interfaces, type aliases and classes of a file, in its order. */
export function documentedTypes(file: string): DocumentedType[] {
  const text = readFileSync(join(REPOSITORY, file), "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return source.statements.filter(isExported).flatMap((statement) => {
    if (ts.isTypeAliasDeclaration(statement))
      return { ...named(statement), members: [], definition: plainType(statement.type) };
    if (!ts.isInterfaceDeclaration(statement) && !ts.isClassDeclaration(statement)) return [];
    const members = [...statement.members].flatMap((member) => documentedMember(member) ?? []);
    return { ...named(statement), members, definition: undefined };
  });
}

const isExported = (node: ts.Statement): boolean =>
  ts.canHaveModifiers(node) && has(node, ts.SyntaxKind.ExportKeyword);

const has = (node: ts.HasModifiers, kind: ts.SyntaxKind): boolean =>
  ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) === true;

const named = (node: ts.DeclarationStatement) => ({
  name: node.name?.getText() ?? "",
  comment: commentOf(node),
});

function documentedMember(node: ts.TypeElement | ts.ClassElement): DocumentedMember | undefined {
  const property = ts.isPropertySignature(node) || ts.isPropertyDeclaration(node);
  const method = ts.isMethodDeclaration(node) && has(node, ts.SyntaxKind.StaticKeyword);
  if (!property && !method) return undefined;
  const parameters = method ? `(${node.parameters.map((one) => one.getText()).join(", ")}): ` : "";
  const [, comment = "", , stated] = /^(.*?)(\s*Default: (.+)\.)?$/s.exec(commentOf(node)) ?? [];
  return {
    name: node.name.getText(),
    type: parameters + plainType(node.type),
    isOptional: node.questionToken !== undefined,
    comment,
    default: stated,
  };
}

const plainType = (type: ts.TypeNode | undefined): string =>
  (type?.getText() ?? "")
    .replace(/\breadonly /g, "")
    .replace(/ \| undefined$/, "")
    .replace(/\bReadonly<(.*)>/s, "$1")
    .replace(/\s+/g, " ");

/** Paragraphs keep apart, lines within one are joined. */
const commentOf = (node: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(node)
    .map((doc) => ts.getTextOfJSDocComment(doc.comment) ?? "")
    .join("\n\n")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .replace(/(?<!\n)\n(?!\n)/g, " ")
    .trim();
