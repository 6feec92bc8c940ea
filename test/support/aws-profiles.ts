/** A home with files of AWS, and what a profile there gives. @module */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { profileKeys } from "../../provider/login/aws/profile-keys.ts";
import { render } from "../../provider/base/errors.ts";
import { withCloud, type CloudAnswers } from "./cloud-server.ts";

/** Texts by path below `.aws`; `aws` is the script that stands in for the AWS CLI. */
export type AwsFiles = Readonly<Record<string, string>>;

export interface AwsHome {
  readonly home: string;
  /** `id secret token`, or the error as a user sees it. */
  readonly keys: (profile: string) => Promise<string>;
}

/** A home whose `.aws` has these files, and an AWS that answers so. */
export async function withProfiles(
  files: AwsFiles,
  answers: CloudAnswers,
  use: (world: AwsHome) => Promise<void>,
): Promise<void> {
  await withCloud(answers, async (endpoint, home) => {
    const { aws, ...texts } = files;
    for (const [name, text] of Object.entries(texts)) {
      const path = join(home, ".aws", name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    const bin = join(home, "bin");
    await mkdir(bin);
    // The script alone would find no programs of the system there.
    const script = `#!/bin/sh\nPATH=/usr/bin:/bin\n${aws}\n`;
    if (aws !== undefined) await writeFile(join(bin, "aws"), script, { mode: 0o755 });
    const environment = {
      HOME: home,
      // Not the AWS CLI that this machine may have.
      PATH: bin,
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: "true",
    };
    const keys = async (profile: string): Promise<string> =>
      await profileKeys(profile, { region: "eu-west-1", environment }).then(
        (found) => [found?.accessKeyId, found?.secretAccessKey, found?.sessionToken].join(" "),
        render,
      );
    await use({ home, keys });
  });
}
