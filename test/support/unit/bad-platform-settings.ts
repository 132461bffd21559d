import { badAwsSettings } from "./bad-aws-settings.js";
import { badExistingSettings } from "./bad-existing-settings.js";
import { badPrivateKeys } from "./bad-private-keys.js";

/** Settings of the platforms other than containers that must be refused. */
export const badPlatformSettings = [...badExistingSettings, ...badPrivateKeys, ...badAwsSettings];
