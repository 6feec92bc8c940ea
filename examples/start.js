/** `npm start`. What it does stands in examples/start.ts. */
import { launch } from "../test/support/launch.js";

launch("examples/start.ts", process.argv.slice(2));
