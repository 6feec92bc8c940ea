/** `npm test`. What it does stands in test/run/main.ts. */
import { launch } from "../launch.js";

launch("test/run/main.ts", process.argv.slice(2));
