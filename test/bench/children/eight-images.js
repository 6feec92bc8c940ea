/**
 * Eight images that differ, planned and built at once by one provider process, as a stack of eight
 * resources has them: `node eight-images.js LOCK PACKAGE…`. JavaScript, because Node's TypeScript
 * compiler would be in the memory that is measured.
 * @module
 */
import { check } from "pulumi-lix/provider";

const IMAGES = 8;

const [lock, ...packages] = process.argv.slice(2);
const checked = await Promise.all(
  Array.from({ length: IMAGES }, (_, index) => {
    const name = `image-${index}`;
    const nixConf = { cores: index + 1 };
    const extraPkgs = packages.slice(index, index + 1);
    return check({}, { lock, registry: "localhost:5000", name, nixConf, extraPkgs });
  }),
);
const failures = checked.flatMap((each) => each.failures.map(({ reason }) => reason));
const digests = new Set(checked.map(({ inputs }) => inputs.digest));
if (failures.length > 0 || digests.size !== IMAGES)
  throw new Error(`expected ${IMAGES} images; got ${digests.size}\n${failures.join("\n")}`);
