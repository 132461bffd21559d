import type { Checked, CheckFailure, ProviderConfiguration } from "../framework/resource.js";
import { isUnknown, type PropertyMap, unknown, unmarked, type Value } from "../framework/values.js";

/** The account of all resources. */
export const accountId = "123456789012";

const settings = new Set([
  ...["accessKey", "allowedAccountIds", "assumeRoleWithWebIdentity", "assumeRoles"],
  ...["customCaBundle", "defaultTags", "ec2MetadataServiceEndpoint"],
  ...["ec2MetadataServiceEndpointMode", "endpoints", "forbiddenAccountIds", "httpProxy"],
  ...["httpsProxy", "ignoreTags", "insecure", "maxRetries", "noProxy", "profile", "region"],
  ...["retryMode", "s3UsEast1RegionalEndpoint", "s3UsePathStyle", "secretKey"],
  ...["sharedConfigFiles", "sharedCredentialsFiles", "skipCredentialsValidation"],
  ...["skipMetadataApiCheck", "skipRegionValidation", "skipRequestingAccountId", "stsRegion"],
  ...["tagPolicyCompliance", "token", "tokenBucketRateLimiterCapacity", "useDualstackEndpoint"],
  ...["useFipsEndpoint", "userAgents"],
  // Used by the engine itself.
  ...["version", "pluginDownloadURL", "__internal"],
]);

/**
 * The provider that this process serves. The engine starts a process for each provider in a program,
 * so there is only one.
 */
class Provider implements ProviderConfiguration {
  /** Region of resources that do not name one. */
  region = "";
  /** Tags of every resource that can have tags. */
  defaultTags: Readonly<Record<string, Value>> = {};

  check(inputs: PropertyMap): Checked {
    const failures: CheckFailure[] = Object.keys(inputs)
      .filter((name) => !settings.has(name))
      .map((name) => ({
        property: name,
        reason: `could not validate provider configuration: Invalid or unknown key. Check \`pulumi config get aws:${name}\`.`,
      }));
    const region = inputs.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
    if (region === undefined || region === "") {
      failures.push({ property: "region", reason: "Missing region configuration" });
      return { inputs, failures };
    }
    return { inputs: { ...inputs, region }, failures };
  }

  configure(inputs: PropertyMap): void {
    const { region, defaultTags } = unmarked(inputs) as { region?: string; defaultTags?: Value };
    this.region = region ?? "";
    const { tags } = parsed(defaultTags) as { tags?: Record<string, Value> };
    this.defaultTags = tags ?? {};
  }

  /** A resource's tags, its own and the provider's. */
  allTags(tags: Value | undefined): Value {
    if (isUnknown(tags)) return unknown();
    return { ...this.defaultTags, ...(tags as PropertyMap | undefined) };
  }
}

/** Objects in a provider's configuration arrive as JSON. */
function parsed(value: Value | undefined): Value {
  if (typeof value !== "string") return value ?? {};
  return isUnknown(value) ? {} : (JSON.parse(value) as Value);
}

/** The only provider in this process. */
export const provider = new Provider();
