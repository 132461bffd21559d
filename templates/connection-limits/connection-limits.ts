import { isIPv6 } from "node:net";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** The table with the rules; other tables are not touched. */
export const limitsTable = "pulumi_puppet";

/** Limits on connections to a Puppet Server. */
export interface ConnectionLimits {
  /** Addresses of hosts to which only `bytes` applies. */
  known: readonly string[];
  /** Bytes that one connection may send. */
  bytes: number;
  /** Connections that one source may have open at the same time. */
  open: number;
  /** Connections that one source may begin in a second, on average. */
  rate: number;
  /** Connections that it may begin at once. */
  burst: number;
  /** Bytes that one source may send in a second, on average; without it, as many as the network carries. */
  bandwidth?: number;
  /** TCP port that only known addresses may connect to, if any are known. */
  knownOnly?: number;
}

/** Renders the rules, which `nft --file` loads; comments in the file give the reasons. */
export function renderConnectionLimits(values: ConnectionLimits): string {
  return renderTemplate(new URL("limits.nft.eta", import.meta.url), {
    ...values,
    known4: values.known.filter((address) => !isIPv6(address)),
    known6: values.known.filter(isIPv6),
    table: limitsTable,
    port: agentsPort,
  });
}

/**
 * Renders the systemd service that loads the rules.
 *
 * @param values.rules path of the rules
 */
export function renderConnectionLimitsService(values: { rules: string }): string {
  return renderTemplate(new URL("limits.service.eta", import.meta.url), {
    ...values,
    table: limitsTable,
  });
}
