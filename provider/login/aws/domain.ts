/**
 * Where the services of a region are: each partition of AWS has a domain of its own. A region comes from
 * variables, shared files, host names and the cache URLs of locks, and the addresses that are built here get
 * credentials. So only the name of a region may become part of a host name.
 * @see https://github.com/boto/botocore/blob/1.40.0/botocore/data/partitions.json
 * @module
 */
import { lixError } from "../../errors/lix-error.ts";

interface Partition {
  /** The second part of an ARN. */
  readonly name: string;
  readonly regions: RegExp;
  readonly domain: string;
  /** Where the token service is asked when nobody names a region. */
  readonly region: string;
}

// Without ^(?:us|eu|…)$ for the first: AWS opens regions more often than we release.
const PARTITIONS: readonly [Partition, ...Partition[]] = [
  { name: "aws", regions: /^/, domain: "amazonaws.com", region: "us-east-1" },
  { name: "aws-cn", regions: /^cn-/, domain: "amazonaws.com.cn", region: "cn-north-1" },
  { name: "aws-us-gov", regions: /^us-gov-/, domain: "amazonaws.com", region: "us-gov-west-1" },
  { name: "aws-eusc", regions: /^eusc-/, domain: "amazonaws.eu", region: "eusc-de-east-1" },
  { name: "aws-iso", regions: /^us-iso-/, domain: "c2s.ic.gov", region: "us-iso-east-1" },
  { name: "aws-iso-b", regions: /^us-isob-/, domain: "sc2s.sgov.gov", region: "us-isob-east-1" },
  { name: "aws-iso-e", regions: /^eu-isoe-/, domain: "cloud.adc-e.uk", region: "eu-isoe-west-1" },
  { name: "aws-iso-f", regions: /^us-isof-/, domain: "csp.hci.ic.gov", region: "us-isof-south-1" },
];

// us-east-1, us-gov-west-1, eusc-de-east-1
const REGION = /^[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-\d{1,2}$/;

const partitionOf = (region: string): Partition =>
  PARTITIONS.slice(1).find(({ regions }) => regions.test(region)) ?? PARTITIONS[0];

export const AwsRegion = {
  /** Whether AWS may have a region of this name. */
  is: (text: string): boolean => REGION.test(text),

  /**
   * Where a role is assumed: where the environment says, else where `asked` is, if the role can be known
   * there. A cache URL may name a region, but not bring a token into another partition of AWS.
   */
  ofRole(arn: string, asked: string, environment: Readonly<Record<string, string | undefined>>) {
    const chosen = environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"];
    if (chosen) return chosen;
    const name = arn.split(":")[1];
    const own = PARTITIONS.find((partition) => partition.name === name) ?? PARTITIONS[0];
    return AwsRegion.is(asked) && partitionOf(asked) === own ? asked : own.region;
  },
};

/** `https://sts.eu-west-1.amazonaws.com/`. Throws INVALID_AWS_REGION. */
export function awsServiceUrl(service: string, region: string): URL {
  if (!AwsRegion.is(region)) throw lixError("INVALID_AWS_REGION", { region });
  return new URL(`https://${service}.${region}.${partitionOf(region).domain}/`);
}

const DOMAINS = [...new Set(PARTITIONS.map(({ domain }) => domain)), "api.aws"];

/** Whether it is an address of S3 itself: `s3.REGION.amazonaws.com`, FIPS or dual-stack. */
export function isS3OfAws(host: string): boolean {
  const domain = DOMAINS.find((each) => host.endsWith(`.${each}`));
  if (domain === undefined) return false;
  const [, region] =
    /^s3(?:-fips)?(?:\.dualstack)?\.([^.]+)$/.exec(host.slice(0, -domain.length - 1)) ?? [];
  return region !== undefined && AwsRegion.is(region);
}
