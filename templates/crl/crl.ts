import { readFileSync } from "node:fs";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Renders the script that fetches the CA's CRL on a host other than the CA's. */
export function renderCrlRefresh(values: {
  /** The file to write it to. */
  list: string;
  /** File with the CA's certificates. */
  caFile: string;
  caServer: string;
}): string {
  return renderTemplate(new URL("refresh.sh.eta", import.meta.url), {
    ...values,
    port: agentsPort,
  });
}

/** Renders the systemd service that runs the script once. */
export function renderCrlService(values: {
  /** Name of the script. */
  name: string;
  user: string;
  /** Program that runs as root after each fetch, where services do not watch the file themselves. */
  apply?: string;
}): string {
  return renderTemplate(new URL("service.eta", import.meta.url), { ...values, tell: crlTell });
}

/** Path of the script that tells why a unit does not refresh the CRL. */
export const crlTell = "/usr/local/sbin/puppet-crl-tell";

/** The script at {@link crlTell}. */
export const renderCrlTell = () => readFileSync(new URL("tell.sh", import.meta.url), "utf8");

/**
 * Renders the systemd timer that runs the service.
 *
 * @param values.interval seconds between two fetches
 */
export function renderCrlTimer(values: { interval: number }): string {
  return renderTemplate(new URL("timer.eta", import.meta.url), values);
}

/**
 * Renders the script that takes the CRL for a HAProxy, from a folder of another user.
 *
 * @param values.list root's copy, which HAProxy reads
 * @param values.source the file that it is taken from
 * @param values.user owner of that file's folder
 * @param values.service unit of the HAProxy
 * @param values.reload command that reloads it
 */
export function renderCrlTake(values: {
  list: string;
  source: string;
  user: string;
  service: string;
  reload: string;
}): string {
  return renderTemplate(new URL("take.sh.eta", import.meta.url), values);
}
