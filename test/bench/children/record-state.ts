/** What the engine has in its state of an image that is there: `node record-state.ts LOCK FILE [ARGS]`. @module */
import { writeFileSync } from "node:fs";
import { check, diff } from "pulumi-lix/provider";
import type { Recorded } from "./unchanged.ts";

const [lock = "", file = "", more = "{}"] = process.argv.slice(2);
const args = { lock, registry: "localhost:5000", __provider: "", ...(JSON.parse(more) as object) };
const { inputs, failures } = await check({}, args);
if (failures.length > 0) throw new Error(JSON.stringify(failures));
const recorded: Recorded = { args, inputs, outputs: { ...inputs, drift: [] } };
// This machine then knows that nothing changes, as after the first preview that follows an `up`.
await check(inputs, args);
await diff("", recorded.outputs, inputs);
writeFileSync(file, JSON.stringify(recorded));
