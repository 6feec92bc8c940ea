import tseslint from "typescript-eslint";

/** Few rules, no exceptions: lost promises and unhandled cases are our worst bugs. */
export default tseslint.config(
  {
    ignores: [
      ...["dist", "node_modules", "**/*.js", "**/*.cjs"],
      // As in tsconfig.json.
      ...["examples/ci-runner", "examples/deployment", "examples/ecr", "examples/github-actions"],
    ],
  },
  {
    files: ["**/*.ts"],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@typescript-eslint": tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unsafe-type-assertion": "error",
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "no default exports: import by name" },
        {
          selector: "CallExpression[callee.property.name='localeCompare']",
          message: "sort by bytes: digests must not follow the locale",
        },
      ],
    },
  },
  {
    // Scripts in one scope: an import would make a module of them.
    files: ["provider/report/page/*.ts"],
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
    },
  },
  {
    // Tests build deliberately wrong values.
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unsafe-type-assertion": "off",
      // node:test returns promises that its runner awaits.
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["test", "describe", "it", "suite"] },
          ],
        },
      ],
    },
  },
);
