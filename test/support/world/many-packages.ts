/** Recipes in any number, to see how cost grows with paths, packages and files. @module */
import { text, type Files, type Recipe } from "./recipe.ts";

/** A package whose closure has `count` further paths, each with one small file. */
export function deepClosure(count: number): Recipe[] {
  const names = Array.from({ length: count }, (_, at) => `dependency-${at}`);
  return [
    ...names.map((name) => library(name)),
    { ...library("closure", names.map((name) => `@${name}@\n`).join("")), attribute: "closure" },
  ];
}

/** Makes this many packages for `extraPkgs`, each with this many files in the profile. */
export function widePackages(count: number, files: number): Recipe[] {
  return Array.from({ length: count }, (_, at) => {
    const name = `package-${at}`;
    const share: Files = Object.fromEntries(
      Array.from({ length: files }, (_, file) => [
        `share/${name}/${file}`,
        text(`file ${file} of ${name}\n`),
      ]),
    );
    return { attribute: name, pname: name, version: "1.0", outputs: { out: share } };
  });
}

const library = (pname: string, contents = ""): Recipe => ({
  pname,
  version: "1.0",
  outputs: { out: { [`lib/${pname}`]: text(`${pname}\n${contents}`) } },
});
