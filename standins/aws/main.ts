import { packageSchema } from "../framework/schema.js";
import { serve } from "../framework/serve.js";
import { databaseTypes } from "./database.js";
import { dnsTypes } from "./dns.js";
import { iamTypes } from "./iam.js";
import { instanceTypes } from "./instances.js";
import { functions } from "./invokes.js";
import { networkTypes, routeTypes } from "./network.js";
import { provider } from "./provider.js";
import { awsResource } from "./resource.js";
import { securityGroupTypes } from "./security-groups.js";
import { volumeTypes } from "./volumes.js";

/**
 * A stub of the `aws` plugin, for tests: the real engine deploys programs to it as to AWS, but it
 * creates nothing. It checks inputs, tells updates from replacements, and invents values that AWS would choose.
 */

const name = "aws";
/** The official plugin that this one imitates. */
const version = "7.48.0";

const types = {
  ...networkTypes,
  ...routeTypes,
  ...securityGroupTypes,
  ...instanceTypes,
  ...volumeTypes,
  ...iamTypes,
  ...dnsTypes,
  ...databaseTypes,
};

serve({
  name,
  version,
  schema: packageSchema(
    name,
    version,
    Object.fromEntries(
      Object.entries(types).map(([token, { inputs }]) => [token, { inputs, outputs: {} }]),
    ),
  ),
  // Unlike the official plugin: so values derived from a secret input can be secret too.
  acceptsSecrets: true,
  acceptsResources: false,
  configuration: provider,
  resources: Object.fromEntries(
    Object.entries(types).map(([token, description]) => [token, awsResource(description)]),
  ),
  functions,
});
