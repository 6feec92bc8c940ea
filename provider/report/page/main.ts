/** Ties the page together: which platform, which measure, which layer, which path. */

const report: ImageReport = JSON.parse(byId("report").textContent ?? "");

function start(): void {
  const [first = ""] = Object.keys(report.platforms);
  let platformName = first;
  let measure: Measure = "size";
  let layer: number | undefined;
  const map = byId("map");

  const platform = (): PlatformReport | undefined => report.platforms[platformName];
  const showPath = (path: string): void => {
    const shown = platform();
    if (shown === undefined) return;
    drawReason(byId("reason"), shown, path, showPath);
    byId("reason").scrollIntoView({ block: "nearest" });
  };
  const goTo = (next: number | undefined): void => {
    const left = layer;
    layer = next;
    draw();
    const cells = [...map.querySelectorAll<HTMLElement>(".cell")];
    const back = cells.find((each) => each.title.endsWith(digestOf(left)));
    focusCell(cells, (next === undefined ? back : undefined) ?? cells[0]);
  };
  const digestOf = (index: number | undefined): string =>
    (index === undefined ? undefined : platform()?.layers[index]?.digest) ?? "nothing";
  const draw = (): void => {
    const shown = platform();
    if (shown === undefined) return;
    const root = mapRoot(shown, measure, layer);
    drawMap(map, root, {
      goInto: goTo,
      showPath,
      showOther: (name) => drawOther(byId("reason"), name),
    });
    byId("crumbs").replaceChildren(
      ...(layer === undefined
        ? [element("b", {}, "All layers")]
        : [
            button({}, () => goTo(undefined), "All layers"),
            ` › layer ${layer}: ${root.name}, ${formatBytes(root.bytes)}`,
          ]),
    );
  };
  const drawAll = (): void => {
    const shown = platform();
    if (shown === undefined) return;
    layer = undefined;
    byId("reason").replaceChildren(
      element(
        "p",
        { class: "hint" },
        "Choose a layer to go into it, and a store path to see why it is here.",
      ),
    );
    drawNumbers(byId("numbers"), shown);
    drawTables(byId("tables"), shown, showPath);
    draw();
  };

  byId("image").textContent = report.image;
  byId("against").textContent =
    report.against === undefined ? "" : `compared with ${report.against.image}`;
  byId("legend").replaceChildren(...legend(report.against !== undefined));
  const choices = Object.keys(report.platforms).map((name) => element("option", {}, name));
  const platforms = element("select", { "aria-label": "Platform" }, ...choices);
  platforms.addEventListener("change", () => {
    platformName = platforms.value;
    drawAll();
  });
  const measures = element(
    "select",
    { "aria-label": "Bytes" },
    element("option", { value: "size" }, "bytes to pull"),
    element("option", { value: "unpackedSize" }, "unpacked bytes"),
  );
  measures.addEventListener("change", () => {
    measure = measures.value === "size" ? "size" : "unpackedSize";
    draw();
  });
  byId("controls").replaceChildren(...(choices.length > 1 ? [platforms] : []), measures);
  map.addEventListener("keydown", (event) => {
    onMapKey(event, map, () => {
      if (layer !== undefined) goTo(undefined);
    });
  });
  drawAll();
  let width = map.clientWidth;
  new ResizeObserver(() => {
    if (map.clientWidth === width) return;
    width = map.clientWidth;
    draw();
  }).observe(map);
}

const legend = (isComparison: boolean): HTMLElement[] =>
  (isComparison
    ? [
        ["new", "pushed and pulled again"],
        ["kept", "already there"],
      ]
    : [
        ["packages", "packages"],
        ["other", "base system, database, config"],
      ]
  ).map(([kind = "", text = ""]) =>
    element("span", {}, element("i", { class: `cell ${kind}` }), text),
  );

start();
