/** What a login needs. `source` says where it was found, and is the only field that may be shown. */
export type Credentials =
  | {
      readonly kind: "basic";
      readonly username: string;
      readonly password: string;
      readonly source: string;
      /** Milliseconds since 1970; undefined: until refused. */
      readonly expiresAt?: number | undefined;
    }
  /** Fetches tokens, as a password does. */
  | { readonly kind: "identity token"; readonly token: string; readonly source: string }
  /** Is the token: for the registry itself. */
  | { readonly kind: "registry token"; readonly token: string; readonly source: string };

/** undefined: nothing is known for this host, try without. */
export type CredentialSource = (
  host: string,
  repository?: string,
) => Promise<Credentials | undefined>;
