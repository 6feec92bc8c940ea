import assert from "node:assert/strict";
import { test } from "node:test";
import { render } from "../../../provider/base/errors.ts";
import { Bytes } from "../../../provider/base/bytes.ts";
import { Instant } from "../../../provider/arguments/instant.ts";
import { readInputs } from "../../../provider/arguments/parse-arguments.ts";
import { parseInputs } from "../../support/parse-inputs.ts";
import { ResourceSession } from "../../../provider/resource/resource-session.ts";
import { check } from "../../../provider/pulumi/check.ts";
import { UNKNOWN } from "../../../provider/arguments/unknown.ts";
import { buildImage } from "../../support/built-image.ts";
import { withWorkshop } from "../../support/workshop.ts";

test("a date is a date and time of RFC 3339, written in UTC", () => {
  for (const [given, written] of [
    ["2026-11-28T12:00:00Z", "2026-11-28T12:00:00Z"],
    ["2026-11-28t12:00:00z", "2026-11-28T12:00:00Z"],
    ["2026-11-28T12:00:00+01:30", "2026-11-28T10:30:00Z"],
    ["2026-12-31T23:59:59-00:01", "2027-01-01T00:00:59Z"],
    ["2026-11-28T12:00:00.120000000Z", "2026-11-28T12:00:00.12Z"],
    ["2026-11-28T12:00:00.000Z", "2026-11-28T12:00:00Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"],
  ] as const) {
    assert.ok(Instant.is(given), given);
    assert.equal(parseInputs({ created: given }).created, written);
  }
});

test("what is no date, or none that every reader takes, is refused", () => {
  const refused = [
    ...["", "x", "now", "today", "2026-11-28", "2026-11-28T12:00Z", "2026-11-28T12:00:00"],
    ...["2026-11-28 12:00:00Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z"],
    ...["2026-11-28T24:00:00Z", "2026-11-28T23:59:60Z", "2026-11-28T12:00:00+24:00"],
    ...["12026-11-28T12:00:00Z", "2026-11-28T12:00:00.1234567890Z", "9999-12-31T23:59:59-01:00"],
    ...["0000-01-01T00:00:00+01:00", "2026-11-28T12:00:00Z\n", "@1700000000"],
  ];
  for (const created of [...refused, 1_700_000_000, null, new Date(0)])
    assert.match(
      readInputs({ created }).mistakes.map(render).join(),
      /^created: expected a date and time in RFC 3339, such as "2026-11-28T12:00:00Z"; got /,
      String(created),
    );
});

test("the date of now is refused with the reason", () => {
  const [mistake] = readInputs({ created: "now" }).mistakes;
  assert.match(render(mistake), /got "now" .*\n.*hint: .*another digest, in every run.*commit/);
});

test("an image has the date that was asked for, in its config and history, and its digest at preview", async () => {
  await withWorkshop({}, async ({ cache, world, registry }) => {
    const session = new ResourceSession(cache);
    const args = { lock: world.lockFile, registry: `${registry.host}/acme` };
    const preview = async (created?: string) => {
      // In one operation a tag is of one image only.
      const tag = created === undefined ? "without" : "dated";
      const news = { ...args, tag, ...(created && { created }), __dryRun: true };
      const { inputs, failures } = await check(session, {}, news);
      assert.deepEqual(failures, []);
      return inputs;
    };
    const created = "2026-11-28T12:00:00Z";
    const [without, dated] = [await preview(), await preview(created)];
    assert.notEqual(dated["planKey"], without["planKey"]);
    const same = await preview("2026-11-28T13:00:00+01:00");
    assert.deepEqual([same["digest"], same["planKey"]], [dated["digest"], dated["planKey"]]);

    const built = await buildImage(session, { ...args, created });
    assert.equal(built.digest, dated["digest"]);
    const { blobs } = built.assembled.image;
    const digest = built.assembled.platforms[0]?.config.digest;
    const blob = blobs.find((each) => each.digest === digest) ?? assert.fail();
    const config: unknown = JSON.parse(Buffer.from(await Bytes.collect(blob.open())).toString());
    const { created: own, history } = Object(config) as Dated & { history: Dated[] };
    assert.deepEqual(new Set([own, ...history.map((each) => each.created)]), new Set([created]));

    const unknown = await check(session, {}, { ...args, created: UNKNOWN, __dryRun: true });
    assert.equal(unknown.inputs["digest"], UNKNOWN);
  });
});

interface Dated {
  readonly created: string;
}
