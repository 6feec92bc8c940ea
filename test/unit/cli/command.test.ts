import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defineCommand,
  parseCommandLine,
  type CommandLine,
} from "../../../provider/cli/command.ts";
import { COMMANDS } from "../../../provider/cli/commands.ts";
import { helpText, overview } from "../../../provider/cli/help.ts";
import { UsageError } from "../../../provider/cli/usage.ts";

const SYNTAX = {
  name: "paint",
  usage: ["FENCE [COLOUR] [--brush FILE]… [--dry]"],
  operands: { required: ["FENCE"], optional: ["COLOUR"] },
  options: {
    brush: { type: "string", multiple: true, value: "FILE", isPath: true, doc: "A brush." },
    dry: { type: "boolean", default: false, doc: "Waits until it is dry." },
  },
} as const;

/** The command, and the lines that it was run with. */
function painting() {
  const lines: CommandLine<(typeof SYNTAX)["options"]>[] = [];
  const command = defineCommand({
    ...SYNTAX,
    summary: "paint a fence",
    run: async (line) => lines.push(line) + 6,
  });
  return { command, lines };
}

test("a command runs with its operands and typed options, and gives its exit code", async () => {
  const { command, lines } = painting();
  assert.equal(await command.run(["garden", "--brush", "a", "red", "--brush=b"]), 7);
  const [line] = lines;
  assert.deepEqual(line?.operands, ["garden", "red"]);
  assert.deepEqual(line.values.brush, ["a", "b"]);
  assert.equal(line.values.dry, false);
  assert.deepEqual(
    line.tokens.map(({ name, value }) => [name, value]),
    [
      ["brush", "a"],
      ["brush", "b"],
    ],
  );
});

for (const [what, argv, says] of [
  ["a missing operand", [], /^FENCE is missing\nusage: lix-image paint FENCE/],
  ["an operand too many", ["a", "b", "c"], /^unexpected argument "c"\n/],
  ["an unknown option", ["a", "--cost"], /^unknown option --cost\n/],
  ["a misspelt option", ["a", "--bruhs", "b"], /^unknown option --bruhs; did you mean --brush\?/],
  ["an unknown short option", ["a", "-x"], /^unknown option -x\n/],
  ["an empty path", ["a", "--brush="], /^--brush: expected a path; got an empty string\n/],
  ["a value that is missing", ["a", "--brush"], /--brush <value>' argument missing/],
  ["a value for a flag", ["a", "--dry=no"], /--dry' does not take an argument/],
] as const)
  test(`a command line is refused for ${what}, with the usage of the command`, async () => {
    const { command, lines } = painting();
    await assert.rejects(command.run(argv), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, says);
      assert.match(error.message, /\nusage: lix-image paint FENCE \[COLOUR\]/);
      assert.equal(error.hint, "see `lix-image paint --help`");
      return true;
    });
    assert.deepEqual(lines, []);
  });

test("an argument after -- is an operand, and does not show the help", () => {
  assert.deepEqual(parseCommandLine(SYNTAX, ["--", "--help"]).operands, ["--help"]);
});

test("help shows the usage, what the command does, and every option", () => {
  assert.equal(
    helpText({
      ...SYNTAX,
      summary: "paint a fence",
      sections: [{ title: "Tools", options: { brush: SYNTAX.options.brush } }],
    }),
    `usage: lix-image paint FENCE [COLOUR] [--brush FILE]… [--dry]

Paint a fence.

Tools:
  --brush FILE          A brush.

Other options:
  --dry                 Waits until it is dry.
  -h, --help            Prints this text.
`,
  );
});

test("every command is listed, names its options, and fits into 110 columns", () => {
  for (const command of COMMANDS) {
    assert.match(overview(COMMANDS), new RegExp(`^  ${command.name} +[a-z]`, "m"));
    const help = command.help();
    assert.match(help, new RegExp(`^usage: lix-image ${command.name} `));
    for (const [option] of help.matchAll(/--[a-z-]+/g))
      assert.match(help, new RegExp(`^ {2}(-., )?${option}\\b`, "m"), `${command.name}: ${option}`);
    assert.doesNotMatch(help, /^.{111}/m, command.name);
  }
});
