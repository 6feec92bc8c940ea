/** What goes wrong at the boundary to Pulumi. @module */
import { entry } from "./entry.ts";

export const PULUMI_ERRORS = {
  NOT_ON_THE_WIRE: entry({
    meaning: "A bug in pulumi-lix: a value for Pulumi is not JSON.",
    message: (p: { place: string }) => `${p.place}: expected a JSON value`,
    hint: "this is a bug in pulumi-lix; please report it",
  }),
  PARTLY_PUSHED: {
    meaning:
      "The first destination has the image, but a mirror or archive does not. The state records what was pushed, and the next `up` sends the rest.",
  },
  PROVIDER_NOT_FOUND: {
    meaning:
      "Pulumi's provider process would not find pulumi-lix from the program's folder. Make it a direct dependency of the program.",
  },
  REFERENCE_CLAIMED_TWICE: entry({
    meaning: "Two resources of the stack push different images to one tag.",
    message: (p: { reference: string; first: string; second: string }) =>
      `${p.reference}: two resources of this stack claim it, for ${p.first} and for ${p.second}`,
    hint: "give them different names or tags",
  }),
};
