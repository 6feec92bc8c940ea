/** What TypeScript says of a program that uses this package as its users do. @module */
import { join } from "node:path";
import ts from "typescript";
import { REPOSITORY } from "./source-files.ts";

// Beside the quickstart, because a program asks for pulumi-lix by its name, which leads to dist/.
const PROGRAM = join(REPOSITORY, "examples/quickstart/program.ts");

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
  skipLibCheck: true,
  noEmit: true,
};

/** One line a mistake; the program is nowhere written to disk. */
export function typeErrors(code: string): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => file === PROGRAM || fileExists(file);
  host.readFile = (file) => (file === PROGRAM ? code : readFile(file));
  const program = ts.createProgram({ rootNames: [PROGRAM], options: OPTIONS, host });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
