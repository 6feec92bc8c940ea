/**
 * What `lix-image lock --nix` and `--flake` evaluate. It is text in a module, so that it needs no
 * file beside the compiled code. It builds nothing: store paths of outputs follow from derivations.
 * @module
 */

/** A function that describes packages: what resolve-nix.ts calls `Evaluated`. */
const DESCRIBE = `
{ pkgs, attributes, withNixpkgs }:
let
  # An attribute of exactly that name wins over a path of attributes.
  find = attribute:
    if pkgs ? \${attribute} then [ pkgs.\${attribute} ]
    else builtins.foldl'
      (found: name: builtins.concatMap (set: if set ? \${name} then [ set.\${name} ] else [ ]) found)
      [ pkgs ]
      (builtins.filter builtins.isString (builtins.split "\\\\." attribute));

  # Only texts, sets and lists of what is asked for: toJSON would fail for a function, and for all packages with it.
  text = value: if builtins.isString value then builtins.unsafeDiscardStringContext value else null;
  list = plain: value: if builtins.isList value then map plain value else plain value;
  set = fields: value:
    if builtins.isAttrs value
    then builtins.mapAttrs (name: plain: if value ? \${name} then plain value.\${name} else null) fields
    else text value;
  license = list (set {
    spdxId = text;
    shortName = text;
    fullName = text;
    operator = text;
    licenses = license;
    license = license;
    exception = license;
  });
  metadata = set {
    inherit license;
    homepage = list text;
    identifiers = set {
      purl = text;
      purls = list text;
      cpe = text;
      possibleCPEs = list (set { cpe = text; });
    };
  };

  describe = package: {
    kind = "package";
    name = package.name;
    version = package.version or (builtins.parseDrvName package.name).version;
    system = package.system or null;
    # A list, because the first output is the default one and attribute sets have no order.
    outputs = map
      (output: { name = output; path = (package.\${output} or package).outPath; })
      (package.outputs or [ "out" ]);
    # Not as outPath: a set with that would become a string.
    path = package.outPath;
    outputsToInstall = package.meta.outputsToInstall or null;
    priority = package.meta.priority or null;
    outputSpecified = package.outputSpecified or false;
    metadata =
      let
        found = metadata (package.meta or { });
        # A package whose homepage throws can be built all the same.
        tried = builtins.tryEval (builtins.deepSeq found found);
      in
        if tried.success then tried.value else null;
  };

  record = attribute:
    let
      found = find attribute;
      # Evaluated to the bottom inside tryEval, so that one broken package does not hide the others.
      described = describe (builtins.head found);
      tried = builtins.tryEval (builtins.deepSeq described described);
    in
      if found == [ ] then { kind = "missing"; }
      else if tried.success then tried.value
      else { kind = "broken"; };

  # docker.nix interpolates pkgs.path, which copies it to the store under its base name. What is a
  # store path already stays as it is.
  nixpkgs =
    let text = toString pkgs.path;
    in if builtins.match "/nix/store/[^/]+" text != null then text else "\${/. + text}";
in
{
  nixpkgs = if withNixpkgs && pkgs ? path then nixpkgs else null;
  packages = map record attributes;
}
`;

/**
 * `file` gives packages as an attribute set, or as a function of `{ system }` (other arguments must
 * have defaults). `attributes` is a JSON list of attribute paths.
 */
export const FILE_EXPRESSION = `
{ file, system, attributes, withNixpkgs }:
let
  value = import (/. + file);
  formals = builtins.functionArgs value;
  pkgs =
    if !builtins.isFunction value then value
    else if formals == { } || formals ? system then value { inherit system; }
    else value { };
in
(${DESCRIBE}) { inherit pkgs withNixpkgs; attributes = builtins.fromJSON attributes; }
`;

/** Applied to what a flake has below a name: packages, or packages by system. */
export function flakeFunction(question: {
  readonly system: string;
  readonly attributes: readonly string[];
  readonly withNixpkgs: boolean;
}): string {
  return `value: (${DESCRIBE}) {
    pkgs = value.${nixString(question.system)} or value;
    attributes = builtins.fromJSON ${nixString(JSON.stringify(question.attributes))};
    withNixpkgs = ${question.withNixpkgs};
  }`;
}

/** Nix knows no escapes but these; `$` only matters before a brace. */
const nixString = (text: string): string => `"${text.replace(/[\\"$]/g, "\\$&")}"`;
