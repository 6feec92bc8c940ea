/**
 * The SDKs of two clouds are half a gigabyte. What our programs use of them is written here, as resources whose
 * outputs are their inputs.
 * @module
 */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { REPOSITORY } from "../support/source-files.ts";

const MODULES = {
  kubernetes: `
    import { CustomResource } from "@pulumi/pulumi";
    class Deployment extends CustomResource {
      constructor(name, args) { super("test:kubernetes:Deployment", name, args); }
    }
    export const apps = { v1: { Deployment } };`,
  github: `
    import { CustomResource } from "@pulumi/pulumi";
    export class ActionsVariable extends CustomResource {
      constructor(name, args) { super("test:github:ActionsVariable", name, args); }
    }`,
  aws: `
    import { CustomResource } from "@pulumi/pulumi";
    class Repository extends CustomResource {
      constructor(name, args) {
        super("test:ecr:Repository", name, { ...args, repositoryUrl: process.env.REGISTRY + "/" + name });
      }
    }
    export const ecr = { Repository };`,
};

/** For TypeScript: as much of @pulumi/kubernetes as README.md uses. */
export const KUBERNETES_TYPES = `
declare module "@pulumi/kubernetes" {
  import type { Input } from "@pulumi/pulumi";
  interface Container {
    readonly name: Input<string>;
    readonly image: Input<string>;
    readonly command?: readonly string[];
  }
  interface DeploymentArgs {
    readonly spec: {
      readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
      readonly template: {
        readonly metadata: { readonly labels: Readonly<Record<string, string>> };
        readonly spec: { readonly containers: readonly Container[] };
      };
    };
  }
  export namespace apps.v1 {
    class Deployment {
      constructor(name: string, args: DeploymentArgs);
    }
  }
}
`;

/** Puts what a program imports into its folder's `node_modules`. */
export async function installModules(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, "@pulumi"), { recursive: true });
  for (const name of ["@pulumi/pulumi", "pulumi-lix", "typescript"])
    await symlink(join(REPOSITORY, "node_modules", name), join(modules, name), "dir");
  for (const [name, code] of Object.entries(MODULES)) {
    const made = join(modules, "@pulumi", name);
    await mkdir(made);
    const manifest = { name: `@pulumi/${name}`, type: "module", exports: "./index.js" };
    await writeFile(join(made, "package.json"), JSON.stringify(manifest));
    await writeFile(join(made, "index.js"), code);
  }
}

/** The image of a Deployment's first container. */
export function imageOf(inputs: unknown): unknown {
  const { spec } = inputs as { spec: { template: { spec: { containers: { image: unknown }[] } } } };
  return spec.template.spec.containers[0]?.image;
}
