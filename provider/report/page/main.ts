/** Ties the page together: which platform, which measure, where in the map, which path. */

const report: ImageReport = JSON.parse(byId("report").textContent ?? "");

function start(): void {
  const [first = ""] = Object.keys(report.platforms);
  let platformName = first;
  let measure: Measure = "size";
  let trail: Trail = [];
  const map = byId("map");

  const platform = (): PlatformReport | undefined => report.platforms[platformName];
  const showPath = (path: string): void => {
    const shown = platform();
    if (shown === undefined) return;
    drawReason(byId("reason"), shown, path, showPath);
    byId("reason").scrollIntoView({ block: "nearest" });
  };
  const goTo = (next: Trail): void => {
    // Out of a cell, the focus goes back to it.
    const left = next.length < trail.length ? String(trail[next.length]) : undefined;
    trail = next;
    draw();
    const cells = [...map.querySelectorAll<HTMLElement>(".cell")];
    focusCell(cells, cells.find(({ dataset }) => dataset["index"] === left) ?? cells[0]);
  };
  const draw = (): void => {
    const shown = platform();
    if (shown === undefined) return;
    const nodes = nodesOn(shown, measure, trail);
    const root = nodes.at(-1) ?? imageNode(shown, measure);
    drawMap(map, root, {
      goInto: (index) => goTo([...trail, index]),
      showPath,
      showOther: (node) => drawOther(byId("reason"), node),
    });
    byId("crumbs").replaceChildren(
      ...nodes.flatMap((node, depth) => {
        const before = depth === 0 ? [] : [" › "];
        if (node !== root)
          return [...before, button({}, () => goTo(trail.slice(0, depth)), crumb(node, depth))];
        return [...before, element("b", {}, `${crumb(node, depth)}, ${formatBytes(node.bytes)}`)];
      }),
    );
  };
  const drawAll = (): void => {
    const shown = platform();
    if (shown === undefined) return;
    trail = [];
    byId("reason").replaceChildren(
      element(
        "p",
        { class: "hint" },
        "Choose a layer or a store path to go into it, and a store path to see why it is here.",
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
      if (trail.length > 0) goTo(trail.slice(0, -1));
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

const crumb = ({ name, index }: MapNode, depth: number): string =>
  depth === 0 ? "All layers" : depth === 1 ? `layer ${index}: ${name}` : name;

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
