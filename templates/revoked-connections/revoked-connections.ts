import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Renders the program that ends connections from before a revocation; comments in the file give the reasons. */
export function renderRevokedConnections(values: {
  /** Path of Ruby. */
  ruby: string;
  /** The revocation list that Puppet Server reads. */
  list: string;
}): string {
  return renderTemplate(new URL("connections.rb.eta", import.meta.url), {
    ...values,
    port: agentsPort,
  });
}

/**
 * Renders the systemd service that runs the program.
 *
 * @param values.script path of the program
 */
export function renderRevokedConnectionsService(values: { script: string }): string {
  return renderTemplate(new URL("connections.service.eta", import.meta.url), values);
}
