/** `npm start`. examples/start.ts is what it runs. */
import { launch } from "../launch.js";

launch("examples/start.ts", process.argv.slice(2));
