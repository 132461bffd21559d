import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Path of the program that checks a host's certificate, and requests a new one. */
export const certificateProgram = "/usr/local/sbin/puppet-certificate";

/** What the program needs to know. */
export interface CertificateProgramArgs {
  /** Path of the Ruby interpreter that runs it; Ruby 3.1 or later. */
  ruby: string;
  /** The host's certificate name. */
  certname: string;
  /** Names that the certificate must be valid for in addition to its own. */
  names: readonly string[];
  /** Puppet's folder of certificates. */
  ssldir: string;
  /** Name under which the CA is reached. */
  caServer: string;
  /** The CA's certificates, PEM: no other CA's counts. */
  caCertificate: string;
}

/** Renders the program. */
export function renderCertificateProgram(values: CertificateProgramArgs): string {
  return renderTemplate(new URL("certificate.rb.eta", import.meta.url), {
    ...values,
    port: agentsPort,
  });
}

/** Path of the program that has another certificate made for the main server. */
export const mainCertificateProgram = "/usr/local/sbin/puppet-main-certificate";

/** Renders the program, for a host with the CA. */
export function renderMainCertificate(values: {
  certname: string;
  /** Names that the certificate gets in addition to its own. */
  names: readonly string[];
  /** Puppet's folders, and Puppet Server's command-line tool. */
  ssldir: string;
  cadir: string;
  puppetserver: string;
  /** User that runs Puppet Server, and a folder of that user's. */
  user: string;
  home: string;
  /** Unit of Puppet Server. */
  service: string;
}): string {
  return renderTemplate(new URL("main-certificate.sh.eta", import.meta.url), values);
}
