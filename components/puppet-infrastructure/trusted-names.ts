import * as pulumi from "@pulumi/pulumi";
import type { ArgsWithAllDefaults } from "./all-defaults.js";

/**
 * Names of servers that the arguments have and that this infrastructure trusts, although it does not set them up: no
 * agent may get a certificate of such a name, whichever CA the server's own certificate is from. IP addresses are left
 * out: they are no certificate names.
 */
export function trustedNames(args: ArgsWithAllDefaults): pulumi.Output<string[]> {
  const { foreman, puppetdb, postgresql, codeDeployment, serverGems, hdm } = args;
  const urls = [
    foreman?.url,
    ...(puppetdb.serverUrls ?? []),
    ...Object.values(codeDeployment.sources ?? {}).map(({ remote }) => remote),
    ...Object.values(codeDeployment.credentials ?? {}).map(({ url }) => url),
    codeDeployment.proxy,
    codeDeployment.forge,
    serverGems.source,
    serverGems.proxy,
    hdm?.saml?.ssoUrl,
  ];
  return pulumi
    .output([postgresql.server, foreman?.database?.server, hdm?.ldap?.host])
    .apply((names) =>
      [...names, ...urls.map(serverOf)].flatMap((name) =>
        name !== undefined && isName(name) ? [name] : [],
      ),
    );
}

/** The server in a URL, or in the short form that Git accepts for SSH: `user@server:path`. */
function serverOf(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  return URL.canParse(url) && url.includes("://")
    ? new URL(url).hostname.toLowerCase()
    : /^(?:[^@/]+@)?([^@/:]+):/.exec(url)?.[1]?.toLowerCase();
}

const isName = (text: string) => /^[a-z0-9_.-]*[a-z][a-z0-9_.-]*$/.test(text);
