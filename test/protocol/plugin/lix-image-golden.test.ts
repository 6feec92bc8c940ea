/** The same over the plugin. */
process.env["LIX_IMAGE_FACE"] = "plugin";
await import("../lix-image-golden.test.ts");
