/** The errors that TypeScript reports in a program that uses this package as its users do. @module */
import { join } from "node:path";
import ts from "typescript";
import { REPOSITORY } from "./source-files.ts";

// Beside the quickstart, because a program asks for pulumi-lix by its name, which leads to dist/.
const PROGRAM = join(REPOSITORY, "examples/quickstart/program.ts");
const DECLARATIONS = join(REPOSITORY, "examples/quickstart/declarations.d.ts");

const OPTIONS: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
  skipLibCheck: true,
  noEmit: true,
};

/**
 * One line a mistake; the program is nowhere written to disk. `declarations` are of packages that are not
 * installed here.
 */
export function typeErrors(code: string, declarations = ""): string[] {
  const files = new Map([
    [PROGRAM, code],
    [DECLARATIONS, declarations],
  ]);
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file) ?? readFile(file);
  const program = ts.createProgram({ rootNames: [...files.keys()], options: OPTIONS, host });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
