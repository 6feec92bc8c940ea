/** The numbers at the top, and the tables below the map. */

function drawNumbers(into: HTMLElement, platform: PlatformReport): void {
  const { size, unpackedSize, layers, paths, packages, changes } = platform;
  const number = (value: string, what: string, kind = ""): HTMLElement =>
    element("div", { class: `number ${kind}` }, element("b", {}, value), element("span", {}, what));
  into.replaceChildren(
    number(formatBytes(size), "to pull"),
    number(formatBytes(unpackedSize), "unpacked"),
    number(String(layers.length), "layers"),
    number(String(Object.keys(paths).length), "store paths"),
    number(String(packages.length), "packages"),
    ...(changes === undefined
      ? []
      : [
          number(formatBytes(changes.newSize), "to push and pull again", "new"),
          number(formatBytes(changes.keptSize), "already there", "kept"),
          number(signed(unpackedSize - changes.unpackedSizeBefore), "unpacked, since before"),
        ]),
  );
}

const versionChange = (before: readonly string[], after: readonly string[]): string => {
  const [from, to] = [before.join(", "), after.join(", ")];
  return from === to ? from : `${from || "none"} → ${to || "none"}`;
};

function drawTables(
  into: HTMLElement,
  platform: PlatformReport,
  show: (path: string) => void,
): void {
  const { changes, packages, layers, paths } = platform;
  const pathButton = (path: string): HTMLElement =>
    button({ class: "path", title: path }, () => show(path), nameOfPath(path));
  const section = (title: string, content: Child): HTMLElement =>
    element("section", {}, element("h2", {}, title), content);
  into.replaceChildren(
    ...(changes === undefined ? [] : [section("What changed", changesTable(changes))]),
    section(
      "Packages",
      table(
        "Packages of the profile, by unpacked bytes",
        [
          { title: "Package", key: (each) => each.name },
          { title: "Version", key: (each) => each.version },
          { title: "Itself", key: (each) => each.ownSize, isBytes: true },
          { title: "With all it needs", key: (each) => each.closureSize, isBytes: true },
        ],
        packages,
        3,
      ),
    ),
    section(
      "Layers",
      table(
        "Layers, in the image's order",
        [
          { title: "Layer", key: ({ index }) => index },
          { title: "Contents", key: ({ layer }) => layer.parts.map(({ name }) => name).join(", ") },
          { title: "To pull", key: ({ layer }) => layer.size, isBytes: true },
          { title: "Unpacked", key: ({ layer }) => layer.unpackedSize, isBytes: true },
          ...(changes === undefined
            ? []
            : [
                {
                  title: "Before",
                  key: ({ layer }: { layer: PlatformReport["layers"][number] }) =>
                    layer.isNew === true ? "not there" : "there",
                },
              ]),
          { title: "Digest", key: ({ layer }) => layer.digest },
        ],
        layers.map((layer, index) => ({ layer, index })),
        2,
      ),
    ),
    section(
      "Store paths",
      table(
        "Store paths, and the package that each is there for",
        [
          {
            title: "Store path",
            key: ([path]) => nameOfPath(path),
            cell: ([path]) => pathButton(path),
          },
          { title: "Layer", key: ([, path]) => path.layer },
          { title: "Unpacked", key: ([, path]) => path.unpackedSize, isBytes: true },
          { title: "There for", key: ([, path]) => path.root },
        ],
        Object.entries(paths),
        2,
      ),
    ),
  );
}

function changesTable({ packages }: NonNullable<PlatformReport["changes"]>): HTMLElement {
  return table(
    "Packages whose store paths are not the same, by unpacked bytes",
    [
      { title: "Package", key: (each) => each.name },
      { title: "Version", key: ({ versions }) => versionChange(versions.before, versions.after) },
      {
        title: "Before",
        key: ({ size }) => size.before,
        isBytes: true,
      },
      { title: "Now", key: ({ size }) => size.after, isBytes: true },
      {
        title: "Growth",
        key: ({ size }) => size.after - size.before,
        cell: ({ size }) => signed(size.after - size.before),
      },
    ],
    packages,
    4,
  );
}
