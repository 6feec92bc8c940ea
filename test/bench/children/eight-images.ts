/**
 * Eight images that differ, planned and built at once by one provider process, as a stack of eight
 * resources has them: `node eight-images.ts LOCK PACKAGE…`.
 * @module
 */
import { check } from "pulumi-lix/provider";

const IMAGES = 8;

const [lock = "", ...packages] = process.argv.slice(2);
const checked = await Promise.all(
  Array.from({ length: IMAGES }, (_, index) =>
    check(
      {},
      {
        lock,
        registry: "localhost:5000",
        name: `image-${index}`,
        nixConf: { cores: index + 1 },
        extraPkgs: packages.slice(index, index + 1),
        __provider: "",
      },
    ),
  ),
);
const failures = checked.flatMap((each) => each.failures.map(({ reason }) => reason));
const digests = new Set(checked.map(({ inputs }) => inputs["digest"]));
if (failures.length > 0 || digests.size !== IMAGES)
  throw new Error(`expected ${IMAGES} images; got ${digests.size}\n${failures.join("\n")}`);
