/** A report on an image whose names want to run in the reader's browser. @module */
import { Digest } from "../../provider/formats/oci/digest.ts";
import type { ImageContents } from "../../provider/report/image-contents.ts";
import { makeReport, type Report } from "../../provider/report/report.ts";
import { HOSTILE } from "./hostile-text.ts";

const MARKUP = [
  "</script><script>window.hurt = 1</script>",
  "<!--<script>",
  '"><img src=x onerror="window.hurt = 1">',
  "</style><svg onload=window.hurt=1>",
  "&lt;b&gt;",
  "javascript:window.hurt=1",
  "__proto__",
  HOSTILE,
] as const;

export function hostileReport(): Report {
  const digest = Digest.of(Buffer.from("x"));
  const paths = MARKUP.map((text, index) => `/nix/store/${"a".repeat(31)}${index}-${text}`);
  const contents: ImageContents = {
    description: MARKUP.join(" "),
    digest,
    platforms: [
      {
        platform: MARKUP[0],
        digest,
        documentSize: 100,
        layers: paths.map((storePath, index) => ({
          digest: Digest.of(Buffer.from(storePath)),
          diffId: MARKUP[2] as never,
          size: 1000 + index,
          parts: [
            { storePath, name: MARKUP[index] ?? "", unpackedSize: 2000 },
            { storePath: undefined, name: MARKUP[1], unpackedSize: 1000 },
          ],
        })),
        packages: MARKUP.map((name, index) => ({
          name,
          version: name,
          storePaths: [paths[index] ?? ""],
        })),
        references: new Map(paths.map((path) => [path, paths])),
      },
    ],
  };
  return makeReport(contents, {
    ...contents,
    platforms: contents.platforms.map((each) => ({ ...each, layers: each.layers.slice(0, 3) })),
  });
}
