/** What uses an output of an image changes only with the image. */
import { test } from "node:test";
import { DeclaredOutputs } from "../../provider/resource/declared-outputs.ts";
import { NO_ENGINE } from "./fixtures/engine.ts";
import { withStack } from "./fixtures/with-stack.ts";

const names = JSON.stringify(DeclaredOutputs.names);

/** Each output is taken, of one image that this stack pushed and of one that it looks up. */
const USERS = `
const lix = new LixImage("lix", { registry, ...given });
const images = { lix, there: LixImage.get("there", lix.ref) };
for (const [name, image] of Object.entries(images))
  for (const output of ${names} as const) deploy(\`\${name}-\${output}\`, { value: image[output] });
`;

test(
  "an output that an image does not have causes no change at every preview",
  NO_ENGINE,
  async () => {
    await withStack(USERS, async (stack) => {
      await stack.up();
      await stack.run("preview", "--expect-no-changes");
      await stack.run("preview", "--expect-no-changes", "--refresh");
      await stack.up("--expect-no-changes");
    });
  },
);
