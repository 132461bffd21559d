import type * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "../arguments.js";
import type { AuthorityArgs } from "../certificates/args.js";
import { defaults } from "../defaults.js";
import { Foreman } from "../foreman/foreman.js";
import { ForemanRegistration } from "../foreman/registration.js";
import type { MainServer } from "../main-server/main-server.js";
import { SmartProxy } from "../smart-proxy/smart-proxy.js";
import { missing } from "./clients.js";
import type { InfrastructureContext } from "./context.js";

/** Foreman as an infrastructure uses it: set up on its host, or an existing one. */
export interface DeployedForeman {
  /** Foreman's address. */
  readonly url: string;
  /** Initial password of the first user, unless it is an existing Foreman; secret. */
  readonly adminPassword: pulumi.Output<string> | undefined;
  /** Once it is complete, Foreman trusts the servers. */
  readonly registration: ForemanRegistration;
}

/** Foreman, where it has a host, the smart proxy, and their registration with Foreman. */
export function deployForeman(
  context: InfrastructureContext,
  { main, certificates }: { main: MainServer; certificates: AuthorityArgs },
): DeployedForeman | undefined {
  const { name, parent, args, distribution, foremanClient: client, deployedCode } = context;
  if (client === undefined) return undefined;
  const { hosts, caServer } = args;
  const settings = withDefaults(args.foreman ?? {}, {
    user: defaults.foremanUser,
    smartProxy: defaults.foremanSmartProxy,
    version: defaults.foremanVersion,
  });
  const { user, smartProxy, version, packages, database } = settings;
  const foreman =
    hosts.foreman &&
    new Foreman(
      hosts.foreman.name,
      { ...certificates, host: hosts.foreman, caServer, user, database, packages, version },
      // The main server's CA signs the host's certificate.
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
      // It presents the main server's certificate.
      { parent, dependsOn: main },
    );
  const registration = new ForemanRegistration(
    `${name}-foreman`,
    {
      main: hosts.main,
      distribution,
      user,
      password: foreman?.adminPassword ?? settings.password ?? missing("password"),
      servers: [hosts.main, ...hosts.compilers].map((host) => host.fqdn),
      serversStay: true,
      smartProxy,
      deployedCode,
    },
    // Foreman must answer, and it queries a smart proxy for its features.
    { parent, dependsOn: [main, ...(foreman ? [foreman] : []), ...(proxy ? [proxy] : [])] },
  );
  return { url: client.url, adminPassword: foreman?.adminPassword, registration };
}
