/**
 * The settings that a nix.conf may have: those of Lix 2.92 to 2.96. They are the `name` and `aliases` at the head
 * of each Markdown file in a `settings` folder of Lix's source, at its tags 2.92.0 to 2.95.3 and at commit
 * 049cc4e1322b of main.
 * @see https://git.lix.systems/lix-project/lix/src/branch/main/lix/libstore/settings
 * @module
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const NAMES = words(`
  abort-on-warn accept-flake-config access-tokens allow-dirty allow-import-from-derivation
  allow-symlinked-store allow-unsafe-native-code-during-evaluation allowed-impure-host-deps
  allowed-uris allowed-users always-allow-substitutes auto-allocate-uids auto-optimise-store
  bash-prompt bash-prompt-prefix bash-prompt-suffix build-dir build-hook build-poll-interval
  build-users-group builders builders-use-substitutes builtin-builder-sandbox-paths
  commit-lockfile-summary compress-build-log cores darwin-log-sandbox-violations debugger-on-trace
  debugger-on-warn deprecated-features diff-hook download-attempts download-speed
  enable-core-dumps eval-cache eval-system experimental-features extra-local-jobs extra-platforms
  fallback flake-registry fsync-metadata gc-reserved-space hashed-mirrors http-connections http2
  http3 id-count ignore-try ignored-acls impersonate-linux-26 initial-connect-timeout
  keep-build-log keep-derivations keep-env-derivations keep-failed keep-going keep-outputs
  log-format log-lines max-build-log-size max-call-depth max-connect-timeout max-free max-jobs
  max-silent-time max-substitution-jobs min-free min-free-check-interval nar-buffer-size
  narinfo-cache-negative-ttl narinfo-cache-positive-ttl netrc-file nix-path pasta-path
  plugin-files post-build-hook pre-build-hook preallocate-contents print-missing pure-eval
  repl-overlays require-drop-supplementary-groups require-sigs restrict-eval run-diff-hook sandbox
  sandbox-build-dir sandbox-dev-shm-size sandbox-fallback sandbox-paths secret-key-files
  show-trace ssl-cert-file stalled-download-timeout start-id store substitute substituters
  sync-before-registering system system-features tarball-ttl temp-dir timeout trace-function-calls
  trace-verbose trusted-public-keys trusted-substituters trusted-users use-case-hack use-cgroups
  use-registries use-sqlite-wal use-xdg-base-directories user-agent-suffix warn-dirty
  warn-import-from-derivation
`);

/** Lix reads these as the settings that took their places. */
const FORMER_NAMES = words(`
  binary-cache-public-keys binary-caches binary-caches-parallel-connections build-chroot-dirs
  build-compress-log build-cores build-fallback build-impersonate-linux-26 build-keep-log
  build-max-jobs build-max-log-size build-max-silent-time build-sandbox-paths build-timeout
  build-use-chroot build-use-sandbox build-use-substitutes connect-timeout env-keep-derivations
  gc-keep-derivations gc-keep-outputs substitution-max-jobs trusted-binary-caches
`);

/** The names of files in `libutil/experimental-features`, at the same places, and those of Lix 2.90 and 2.91. */
const EXPERIMENTAL_FEATURES = words(`
  auto-allocate-uids ca-derivations cgroups coerce-integers daemon-trust-override
  dynamic-derivations fetch-closure flake-self-attrs flakes impure-derivations
  lix-custom-sub-commands nix-command no-url-literals parse-toml-timestamps pipe-operator
  read-only-local-store recursive-nix repl-automation repl-flake rpc-sockets
`);

const KNOWN: ReadonlySet<string> = new Set([...NAMES, ...FORMER_NAMES]);

export const NixConfSettings = {
  /** The names of today, which a message may suggest. */
  names: NAMES,
  experimentalFeatures: EXPERIMENTAL_FEATURES,
  /** Whether some Lix knows the name. With `extra-` before it, a value is added to those that are there. */
  has: (name: string): boolean => KNOWN.has(name) || KNOWN.has(name.replace(/^extra-/, "")),
};
