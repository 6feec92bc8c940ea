import assert from "node:assert/strict";
import { test } from "node:test";
import { fileWarnings } from "../../../provider/arguments/file-warnings.ts";

test("a file that every container runtime mounts over gives a warning with the way round", () => {
  const file = { text: "" };
  const files = { "/etc/hosts": file, "/etc/hostname": file, "/etc/resolv.conf": file };
  const warnings = fileWarnings({ ...files, "/etc/host.conf": file, "/srv/etc/hosts": file });
  assert.equal(warnings.length, 3);
  assert.equal(
    warnings[0],
    'files["/etc/hosts"]: container runtimes mount their own file over it; ' +
      "use `hostAliases` of a pod or `docker run --add-host`",
  );
});
