/** `npm run bench`, after the build. What it does stands in main.ts. */
import { launch } from "../../launch.js";

launch("test/bench/main.ts", process.argv.slice(2));
