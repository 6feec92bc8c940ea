/** What goes wrong at the boundary to Pulumi. @module */

export const PULUMI_ERRORS = {
  NOT_ON_THE_WIRE: { meaning: "A bug in pulumi-lix: a value that Pulumi cannot carry." },
  PARTLY_PUSHED: {
    meaning:
      "The first destination has the image, a mirror or archive does not. State has what was pushed; the next `up` brings the rest.",
  },
  PROVIDER_NOT_FOUND: {
    meaning:
      "Pulumi's provider process would not find pulumi-lix from the program's folder. Make it a direct dependency of the program.",
  },
  REFERENCE_CLAIMED_TWICE: {
    meaning: "Two resources of the stack push different images to one tag.",
  },
};
