import type { BadSettings } from "./bad-setting.js";
import { goodAws } from "./platform-settings.js";

/** Settings of AWS that are valid except for the changes. */
export const aws = (
  what: string,
  changes: Readonly<Record<string, unknown>>,
  sentences: readonly string[],
  others: Readonly<Record<string, unknown>> = {},
): BadSettings => ({
  what: `aws: ${what}`,
  values: { platform: "aws", aws: { ...goodAws, ...changes }, ...others },
  sentences,
});

/** A valid id of an existing VPC, and a valid bastion. */
export const vpcId = "vpc-0123456789abcdef0";
export const bastion = { allowedSources: ["192.0.2.0/24"] };
