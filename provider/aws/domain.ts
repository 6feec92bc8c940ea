/**
 * Where the services of a region are: each partition of AWS has a domain of its own.
 * @see https://github.com/boto/botocore/blob/1.40.0/botocore/data/partitions.json
 * @module
 */

const DOMAINS = [
  [/^cn-/, "amazonaws.com.cn"],
  [/^eusc-/, "amazonaws.eu"],
  [/^us-iso-/, "c2s.ic.gov"],
  [/^us-isob-/, "sc2s.sgov.gov"],
  [/^eu-isoe-/, "cloud.adc-e.uk"],
  [/^us-isof-/, "csp.hci.ic.gov"],
] as const;

export const awsDomain = (region: string): string =>
  DOMAINS.find(([pattern]) => pattern.test(region))?.[1] ?? "amazonaws.com";
