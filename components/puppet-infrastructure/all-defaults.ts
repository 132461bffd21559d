import { oneOf, withDefaults, withDistribution } from "../arguments.js";
import { CodeTool } from "../choices.js";
import { defaults, fullName } from "../defaults.js";
import { limitsOf } from "../reports/limits.js";
import type { PuppetInfrastructureArgs } from "./args.js";
import { foremanClientOf, missing } from "./clients.js";

/** Arguments of a `PuppetInfrastructure` with all defaults. */
export type ArgsWithAllDefaults = ReturnType<typeof withAllDefaults>;

/** The arguments with all defaults, checked for completeness. */
export function withAllDefaults(args: PuppetInfrastructureArgs) {
  const { caName, statsPort, compileTimeout, webhookPort, fileBucket } = defaults;
  const { puppetServer, caServer, fileServer } = withDefaults(args, {
    puppetServer: defaults.puppetServer,
    caServer: defaults.caServer,
    fileServer: defaults.fileServer,
  });
  const [, ...domain] = args.hosts.main.fqdn.split(".");
  const inDomain = (name: string) => fullName(name, domain.join("."));
  const codeDeployment = withDefaults(args.codeDeployment ?? {}, {
    tool: defaults.codeDeployment.tool,
  });
  oneOf("codeDeployment.tool", codeDeployment.tool, CodeTool);
  const existingForeman = args.hosts.foreman === undefined ? foremanClientOf(args) : undefined;
  if (existingForeman !== undefined && args.foreman?.password === undefined) missing("password");
  limitsOf(args.reports ?? {});
  return withDistribution({
    ...withDefaults(args, {
      plannedCompilers: [],
      caName,
      statsPort,
      compileTimeout,
      webhookPort,
      fileBucket,
      puppetdb: {},
      postgresql: {},
      serverGems: {},
      reports: {},
      rollout: {},
    }),
    puppetServer: inDomain(puppetServer),
    caServer: inDomain(caServer),
    fileServer: inDomain(fileServer),
    codeDeployment,
  });
}
