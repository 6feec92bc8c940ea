/**
 * `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>`.
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 * @module
 */
export const STACK_TYPE = "pulumi:pulumi:Stack";

export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  readonly parent?: string | undefined;
  readonly type: string;
  readonly name: string;
}

export const Urn = {
  of({ stack, project, parent, type, name }: UrnParts): string {
    const outer = parent === undefined ? STACK_TYPE : qualifiedType(parent);
    const qualified = outer === STACK_TYPE ? type : `${outer}$${type}`;
    return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
  },
  type: (urn: string): string => qualifiedType(urn).split("$").at(-1) ?? "",
  name: (urn: string): string => urn.split("::").slice(3).join("::"),
};

const qualifiedType = (urn: string): string => urn.split("::")[2] ?? "";
