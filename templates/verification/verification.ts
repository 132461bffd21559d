import { isIPv6 } from "node:net";
import { inUrl } from "../addresses.js";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Seconds until a service that does not serve is reported. */
const deadline = 300;

/** Renders the script that makes a request to each compiler, for the load balancer's host; to be run as root. */
export function renderPoolVerification(values: {
  /** Name that agents connect to. */
  serverName: string;
  /** Files with the CA's certificates and CRLs. */
  caFile: string;
  crlFile: string;
  members: readonly { name: string; address: string }[];
}): string {
  return renderTemplate(new URL("pool.sh.eta", import.meta.url), {
    ...values,
    members: values.members.map(({ name, address }) => ({
      name,
      // To a shell, brackets are a pattern.
      address: isIPv6(address) ? `'${inUrl(address)}'` : address,
    })),
    port: agentsPort,
    deadline,
  });
}

/** Renders the script that makes a request to PuppetDB, for the main server's host; to be run as root. */
export function renderPuppetdbVerification(values: {
  /** FQDN of the host, for messages. */
  fqdn: string;
  /** PuppetDB's URL for Puppet servers. */
  url: string;
  /** The host's certificate and key, the CA's certificates and CRLs, and the user who owns them. */
  certificate: string;
  privateKey: string;
  ca: string;
  crl: string;
  user: string;
}): string {
  return renderTemplate(new URL("puppetdb.sh.eta", import.meta.url), { ...values, deadline });
}
