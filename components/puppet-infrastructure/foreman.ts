import type * as pulumi from "@pulumi/pulumi";
import type { DistributionName } from "../../distributions/index.js";
import type { HostsArgs } from "../../hosts/host.js";
import { withDefaults } from "../arguments.js";
import { defaults } from "../defaults.js";
import type { ForemanClientArgs } from "../foreman/client.js";
import { ForemanRegistration } from "../foreman/registration.js";
import { Foreman } from "../foreman/foreman.js";
import type { AuthorityArgs } from "../certificates/host-certificate.js";
import { missing, type ForemanSettings } from "./args.js";
import { SmartProxy } from "../foreman/smart-proxy.js";

/** What an infrastructure has of Foreman. */
export interface DeployedForeman {
  /** Foreman on a host of its own. */
  readonly own: Foreman | undefined;
  /** Once it is there, Foreman knows the servers. */
  readonly registration: ForemanRegistration;
}

/** What {@link deployForeman} takes. */
interface DeployForemanArgs {
  hosts: HostsArgs;
  distribution: DistributionName;
  certificates: AuthorityArgs;
  caServer: string;
  /** How the servers reach it. */
  client: ForemanClientArgs;
  settings: ForemanSettings;
  deployedCode: boolean;
}

/** Makes Foreman, where it has a host, and the smart proxy; and has Foreman know the servers. */
export function deployForeman(
  name: string,
  args: DeployForemanArgs,
  main: pulumi.Resource,
  parent: pulumi.Resource,
): DeployedForeman {
  const { hosts, distribution, certificates, caServer, client } = args;
  const settings = withDefaults(args.settings, {
    user: defaults.foremanUser,
    smartProxy: defaults.foremanSmartProxy,
    version: defaults.foremanVersion,
  });
  const { user, smartProxy, version, packages, database } = settings;
  const own =
    hosts.foreman &&
    new Foreman(
      hosts.foreman.name,
      { ...certificates, host: hosts.foreman, caServer, user, database, packages, version },
      { parent, dependsOn: main },
    );
  const proxy =
    smartProxy &&
    new SmartProxy(
      `${name}-smart-proxy`,
      {
        main: hosts.main,
        distribution,
        foremanUrl: client.url,
        caCertificate: certificates.caCertificate,
        foremanCaCertificate: client.caCertificate,
        packages,
        version,
      },
      { parent, dependsOn: main },
    );
  const registration = new ForemanRegistration(
    `${name}-foreman`,
    {
      main: hosts.main,
      distribution,
      user,
      password: own?.adminPassword ?? settings.password ?? missing("password"),
      servers: [hosts.main, ...hosts.compilers].map((host) => host.fqdn),
      smartProxy,
      deployedCode: args.deployedCode,
    },
    { parent, dependsOn: [main, ...(own ? [own] : []), ...(proxy ? [proxy] : [])] },
  );
  return { own, registration };
}
