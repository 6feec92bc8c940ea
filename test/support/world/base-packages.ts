/**
 * Everything docker.nix asks for and what that needs, as packages of a few hundred bytes. Names,
 * outputs and dependencies are like those of nixpkgs; the contents are placeholders.
 * @module
 */
import { header, library, link, manual, programs, text, type Recipe } from "./recipe.ts";

const LIBRARIES: readonly Recipe[] = [
  { pname: "glibc", version: "2.39", outputs: { out: library("libc.so.6", "glibc") } },
  { pname: "gcc-lib", version: "13.3.0", outputs: { out: library("libstdc++.so.6", "glibc") } },
  { pname: "ncurses", version: "6.4", outputs: { out: library("libncursesw.so.6", "glibc") } },
  { pname: "readline", version: "8.2", outputs: { out: library("libreadline.so.8", "ncurses") } },
  { pname: "zlib", version: "1.3.1", outputs: { out: library("libz.so.1", "glibc") } },
  { pname: "xz", version: "5.6.3", outputs: { out: library("liblzma.so.5", "glibc") } },
  { pname: "acl", version: "2.3.2", outputs: { out: library("libacl.so.1", "glibc") } },
  { pname: "pcre2", version: "10.44", outputs: { out: library("libpcre2-8.so.0", "glibc") } },
  { pname: "nghttp2", version: "1.61.0", outputs: { out: library("libnghttp2.so.14", "glibc") } },
  { pname: "expat", version: "2.6.4", outputs: { out: library("libexpat.so.1", "glibc") } },
  { pname: "boehm-gc", version: "8.2.8", outputs: { out: library("libgc.so.1", "gcc-lib") } },
  {
    pname: "openssl",
    version: "3.3.2",
    outputs: { out: { ...library("libssl.so.3", "glibc"), "etc/ssl/openssl.cnf": text("") } },
  },
  {
    attribute: "bash",
    pname: "bash",
    version: "5.2p37",
    outputs: { out: { ...programs(["bash"], "glibc"), "bin/sh": link("bash") } },
  },
];

const GROUPED: readonly Recipe[] = [
  {
    attribute: "coreutils-full",
    pname: "coreutils-full",
    version: "9.5",
    priority: 10,
    outputs: {
      out: {
        ...programs(["cat", "cp", "env", "id", "ls"], "acl", "openssl"),
        ...manual("ls"),
        // Nix keeps one binary and links, which buildEnv must follow.
        "bin/dir": link("ls"),
      },
      info: { "share/info/coreutils.info": text("info\n") },
    },
    notLocked: ["info"],
  },
  {
    attribute: "coreutils",
    pname: "coreutils",
    version: "9.5",
    priority: 10,
    outputs: { out: programs(["env"], "acl") },
  },
  {
    attribute: "curl",
    pname: "curl",
    version: "8.9.1",
    outputs: {
      bin: programs(["curl"], "curl.out"),
      dev: { ...header("curl/curl.h"), ...programs(["curl-config"], "curl.out") },
      out: library("libcurl.so.4", "openssl", "nghttp2", "zlib"),
      man: manual("curl"),
    },
  },
  {
    attribute: "libxml2",
    pname: "libxml2",
    version: "2.13.4",
    outputs: {
      bin: programs(["xmllint"], "libxml2.out"),
      dev: header("libxml2/tree.h"),
      out: library("libxml2.so.2", "zlib", "xz"),
    },
  },
  {
    attribute: "sqlite",
    pname: "sqlite",
    version: "3.46.1",
    outputs: {
      bin: programs(["sqlite3"], "sqlite.out", "readline"),
      dev: header("sqlite3.h"),
      man: manual("sqlite3"),
      out: library("libsqlite3.so.0", "glibc"),
    },
  },
  {
    attribute: "gitMinimal",
    pname: "git-minimal",
    version: "2.45.2",
    outputs: {
      out: {
        ...programs(["git"], "curl.out", "expat", "pcre2", "zlib"),
        "libexec/git-core/git": link("../../bin/git"),
      },
    },
  },
];

const AUTO_LAYERED: readonly Recipe[] = [
  {
    attribute: "bashInteractive",
    pname: "bash-interactive",
    version: "5.2p37",
    outputs: {
      out: { ...programs(["bash"], "readline"), "bin/sh": link("bash") },
      dev: header("bash/shell.h"),
      man: manual("bash"),
      doc: { "share/doc/bash/README": text("read me\n") },
    },
  },
  {
    attribute: "gnutar",
    pname: "gnutar",
    version: "1.35",
    outputs: { out: { ...programs(["tar"], "acl"), ...manual("tar") } },
  },
  {
    attribute: "gzip",
    pname: "gzip",
    version: "1.13",
    outputs: { out: programs(["gunzip", "gzip"], "glibc"), man: manual("gzip") },
  },
  {
    attribute: "gnugrep",
    pname: "gnugrep",
    version: "3.11",
    outputs: { out: programs(["grep"], "pcre2") },
  },
  {
    attribute: "which",
    pname: "which",
    version: "2.21",
    outputs: { out: programs(["which"], "glibc") },
  },
  {
    attribute: "less",
    pname: "less",
    version: "661",
    outputs: { out: programs(["less"], "ncurses"), man: manual("less") },
  },
  {
    attribute: "wget",
    pname: "wget",
    version: "1.24.5",
    outputs: {
      out: { ...programs(["wget"], "openssl", "zlib"), "etc/wgetrc": text("# nothing\n") },
    },
  },
  {
    attribute: "man",
    pname: "man-db",
    version: "2.13.0",
    outputs: { out: { ...programs(["man"], "zlib"), ...manual("man") } },
  },
  {
    attribute: "cacert",
    pname: "nss-cacert",
    version: "3.104",
    outputs: {
      out: {
        "etc/ssl/certs/ca-bundle.crt": text("no certificate: this is a placeholder\n"),
        "nix-support/setup-hook": text("export SSL_CERT_FILE=@cacert@/etc/ssl/certs\n"),
      },
      unbundled: { "etc/ssl/certs/one.crt": text("no certificate either\n") },
      p11kit: { "etc/ssl/trust-source/ca-bundle.trust.p11-kit": text("nor this\n") },
    },
    notLocked: ["p11kit"],
  },
  {
    attribute: "findutils",
    pname: "findutils",
    version: "4.10.0",
    outputs: { out: { ...programs(["find", "xargs"], "glibc"), ...manual("find") } },
  },
  {
    attribute: "iana-etc",
    pname: "iana-etc",
    version: "20240318",
    outputs: {
      out: {
        "etc/protocols": text("tcp 6 TCP\nudp 17 UDP\n"),
        "etc/services": text("http 80/tcp\n"),
      },
    },
  },
  {
    attribute: "openssh",
    pname: "openssh",
    version: "9.9p1",
    outputs: { out: { ...programs(["ssh", "ssh-keygen"], "openssl", "zlib"), ...manual("ssh") } },
  },
  {
    attribute: "nix",
    pname: "lix",
    version: "2.91.1",
    outputs: {
      out: {
        ...programs(["nix"], "boehm-gc", "curl.out", "sqlite.out", "openssl"),
        "bin/nix-env": link("nix"),
        "bin/nix-store": link("nix"),
        "etc/profile.d/nix.sh": text("# nothing\n"),
      },
      dev: header("lix/store-api.hh"),
      doc: { "share/doc/nix/manual/index.html": text("<p>the manual\n") },
      man: manual("nix"),
    },
  },
  {
    attribute: "shadow",
    pname: "shadow",
    version: "4.16.0",
    outputs: { out: programs(["nologin"], "glibc"), man: manual("nologin", 8) },
  },
];

export const BASE_PACKAGES: readonly Recipe[] = [...LIBRARIES, ...GROUPED, ...AUTO_LAYERED];
