/**
 * What CI systems and editors expect of a Linux distribution, and docker.nix's base system does not have.
 * @module
 */
import type { StorePath } from "../nix/store-path.ts";
import { Tree, type Directory } from "../nix/tree.ts";
import { DEFAULT_PROFILE } from "./image-user.ts";
import { mergeTrees, treeAt } from "./merge-trees.ts";

export interface CompatParts {
  readonly bashInteractive: StorePath;
  readonly ianaEtc: StorePath;
  readonly lixVersion: string;
  /** Undefined: programs that Nix did not build do not run. */
  readonly foreign: ForeignPrograms | undefined;
  /** The package whose `sleep` becomes `/bin/sleep`; undefined: there is no such link. */
  readonly sleep: StorePath | undefined;
}

/**
 * What programs need that Nix did not build, and that expect a loader and libraries where other distributions
 * have them.
 */
export interface ForeignPrograms {
  /** The ELF interpreter that such programs name: `/lib64/ld-linux-x86-64.so.2`. */
  readonly loaderPath: string;
  readonly glibc: StorePath;
  /** GCC's output `lib`, with libstdc++. */
  readonly gccLib: StorePath;
  /** Undefined: glibc's own loader takes its place. */
  readonly nixLd: StorePath | undefined;
}

/** To be laid over the base system. */
export function compatTree(parts: CompatParts): Directory {
  const { symlink, file } = Tree;
  const { ianaEtc, foreign, sleep } = parts;
  const bundle = `${DEFAULT_PROFILE}/etc/ssl/certs/ca-bundle.crt`;
  return [
    treeAt("/bin/bash", symlink(`${parts.bashInteractive}/bin/bash`)),
    treeAt("/etc/gitconfig", file(GITCONFIG)),
    treeAt("/etc/nsswitch.conf", file(NSSWITCH)),
    treeAt("/etc/os-release", file(osRelease(parts.lixVersion))),
    // Where Red Hat and Debian have it.
    treeAt("/etc/pki/tls/certs/ca-bundle.crt", symlink(bundle)),
    treeAt("/etc/ssl/certs/ca-certificates.crt", symlink(bundle)),
    treeAt("/etc/protocols", symlink(`${ianaEtc}/etc/protocols`)),
    treeAt("/etc/services", symlink(`${ianaEtc}/etc/services`)),
    ...(sleep === undefined ? [] : [treeAt("/bin/sleep", symlink(`${sleep}/bin/sleep`))]),
    ...(foreign === undefined ? [] : foreignTrees(foreign)),
  ].reduce(mergeTrees);
}

/** Variables that the files of {@link compatTree} depend on. */
export function compatEnv({ foreign }: CompatParts): readonly string[] {
  if (foreign === undefined) return [];
  const libraries = `${foreign.gccLib}/lib`;
  if (foreign.nixLd === undefined)
    // nixpkgs' glibc reads neither /etc/ld.so.cache nor /usr/lib. Its own libraries must not be named here:
    // a program of another glibc would load them.
    return [`LD_LIBRARY_PATH=${libraries}`];
  return [`NIX_LD=${glibcLoader(foreign)}`, `NIX_LD_LIBRARY_PATH=${libraries}`];
}

/** @see https://github.com/nix-community/nix-ld */
function foreignTrees(foreign: ForeignPrograms): Directory[] {
  const { loaderPath, glibc, gccLib, nixLd } = foreign;
  const loader = nixLd === undefined ? glibcLoader(foreign) : `${nixLd}/libexec/nix-ld`;
  const libraries = [
    ...GLIBC_LIBRARIES.map((name) => [name, `${glibc}/lib/${name}`] as const),
    ...GCC_LIBRARIES.map((name) => [name, `${gccLib}/lib/${name}`] as const),
  ];
  return [
    treeAt(loaderPath, Tree.symlink(loader)),
    // The server of VS Code reads their versions here before it starts.
    ...libraries.map(([name, target]) => treeAt(`/usr/lib/${name}`, Tree.symlink(target))),
  ];
}

const glibcLoader = ({ glibc, loaderPath }: ForeignPrograms): string =>
  `${glibc}/lib/${loaderPath.slice(loaderPath.lastIndexOf("/") + 1)}`;

const GLIBC_LIBRARIES = [
  ...["libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0"],
  ...["libresolv.so.2", "librt.so.1", "libutil.so.1"],
];
const GCC_LIBRARIES = ["libgcc_s.so.1", "libstdc++.so.6"];

/** The loaders of glibc by GOARCH. @see https://sourceware.org/glibc/wiki/ABIList */
export const LOADERS: ReadonlyMap<string, string> = new Map([
  ["amd64", "/lib64/ld-linux-x86-64.so.2"],
  ["arm64", "/lib/ld-linux-aarch64.so.1"],
  ["386", "/lib/ld-linux.so.2"],
  ["riscv64", "/lib/ld-linux-riscv64-lp64d.so.1"],
  ["ppc64le", "/lib64/ld64.so.2"],
  ["s390x", "/lib/ld64.so.1"],
  ["loong64", "/lib64/ld-linux-loongarch-lp64d.so.1"],
]);

// The runner clones as a different user from the one that runs the job's steps.
const GITCONFIG = "[safe]\n\tdirectory = *\n";

const NSSWITCH = `\
passwd: files
group: files
shadow: files
hosts: files dns
networks: files
services: files
protocols: files
`;

/** @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
const osRelease = (version: string): string => `\
NAME=Lix
ID=lix
ID_LIKE=nixos
VERSION_ID=${quoted(version)}
PRETTY_NAME=${quoted(`Lix ${version}`)}
HOME_URL="https://lix.systems"
`;

/** For a file that shells read. */
const quoted = (text: string): string => `"${text.replace(/["$\\`]/g, "\\$&")}"`;
