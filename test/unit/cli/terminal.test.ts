import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalSink, type TerminalSink } from "../../../provider/cli/terminal.ts";

const CLEAR = "\r\u001b[K";

function displayed(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string>> = {},
): { readonly sink: TerminalSink; readonly written: () => string } {
  let text = "";
  const write = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  const sink = terminalSink({ ...stream, write }, environment);
  return {
    sink,
    written() {
      const now = text;
      text = "";
      return now;
    },
  };
}

const TERMINAL = { isTTY: true, columns: 100 };

test("a terminal has one line with a bar, which is redrawn", () => {
  const { sink, written } = displayed(TERMINAL);
  sink.progress("0.0 of 83.2 MB pushed: web", 0);
  sink.progress("34.1 of 83.2 MB pushed: web", 0.41);
  sink.progress("83.2 of 83.2 MB pushed: web", 1);
  assert.equal(
    written(),
    [
      "[--------------------]   0%  0.0 of 83.2 MB pushed: web",
      "[########------------]  41%  34.1 of 83.2 MB pushed: web",
      "[####################] 100%  83.2 of 83.2 MB pushed: web",
    ]
      .map((line) => `${CLEAR}${line}`)
      .join(""),
  );
});

test("the line is cleared once, before anything else is printed", () => {
  const { sink, written } = displayed(TERMINAL);
  sink.clear();
  assert.equal(written(), "", "there was none");
  sink.progress("working", undefined);
  sink.info("done");
  assert.equal(written(), `${CLEAR}working${CLEAR}done\n`);
  sink.warn("beware");
  assert.equal(written(), "warning: beware\n");
  sink.progress("working");
  written();
  sink.clear();
  sink.clear();
  assert.equal(written(), CLEAR);
});

test("it never fills the last column of any terminal", () => {
  const text = "34.1 of 83.2 MB pushed: 漢字漢字漢字".padEnd(200, "x");
  for (const columns of [10, 30, 59, 60, 100]) {
    const { sink, written } = displayed({ isTTY: true, columns });
    sink.progress(text, 0.5);
    const line = written().slice(CLEAR.length);
    const width = [...line].reduce((sum, each) => sum + (/[\u4e00-\u9fff]/.test(each) ? 2 : 1), 0);
    assert.ok(width < columns && width >= columns - 2, `${width} of ${columns}`);
    assert.equal(line.startsWith("["), columns >= 60, "a narrow one has numbers only");
  }
  for (const columns of [0, undefined]) {
    const { sink, written } = displayed(
      columns === undefined ? { isTTY: true } : { isTTY: true, columns },
    );
    sink.progress(text);
    assert.ok(written().length > 60, "a terminal of unknown width");
  }
});

for (const [what, stream, environment] of [
  ["a pipe", {}, {}],
  ["a terminal with NO_COLOR", TERMINAL, { NO_COLOR: "1" }],
  ["a dumb terminal", TERMINAL, { TERM: "dumb" }],
] as const)
  test(`${what} gets few plain lines, without control sequences`, () => {
    const { sink, written } = displayed(stream, environment);
    for (let at = 0; at < 50; at += 1) sink.progress(`${at} of 50: web`, at / 50);
    sink.info("done");
    sink.clear();
    assert.equal(written(), "0 of 50: web\ndone\n");
  });

test("an empty NO_COLOR has no effect", () => {
  const { sink, written } = displayed(TERMINAL, { NO_COLOR: "" });
  sink.progress("working");
  assert.equal(written(), `${CLEAR}working`);
});

test("a command prints a warning once, however many of its images have it", () => {
  const { sink, written } = displayed({});
  for (const warning of ["one", "two", "one", "two"]) sink.warn(warning);
  assert.equal(written(), "warning: one\nwarning: two\n");
});
