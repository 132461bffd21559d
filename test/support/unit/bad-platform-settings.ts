import { badAwsSettings } from "./bad-aws-settings.js";
import { badExistingSettings } from "./bad-existing-settings.js";
import { badPrivateKeys } from "./bad-private-keys.js";

/** Invalid settings of the platforms other than containers. */
export const badPlatformSettings = [...badExistingSettings, ...badPrivateKeys, ...badAwsSettings];
