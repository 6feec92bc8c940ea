/** Who we are to AWS. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface FoundAwsKeys extends AwsKeys {
  /** Where they were found, for messages. */
  readonly source: string;
}
