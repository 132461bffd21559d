import { dump } from "js-yaml";
import { renderTemplate } from "../render.js";

/** Values of puppet.conf. */
export interface PuppetConf {
  /** Name in the host's certificate, lower case. */
  certname: string;
  /** Where the host's agent gets catalogs. */
  server: string;
  /** Where certificates are requested: the main server, on every host. */
  caServer: string;
  /** Additional names for the host's certificate; empty for an agent. */
  dnsAltNames: readonly string[];
  /** Only on hosts that run Puppet Server. */
  serverSection?: {
    ssldir: string;
    vardir: string;
    logdir: string;
    rundir: string;
    codedir: string;
    /** The CA's folder and its autosign policy; on the main server only. */
    cadir?: string;
    autosign?: string;
    /** Facts, catalogs and reports go to PuppetDB. */
    puppetdb: boolean;
    /** Program that says which classes a node gets; absent where only the manifests do. */
    classifier?: string;
    /** Where reports go; if the list is empty, the server keeps them in files. */
    reports: readonly string[];
    /** Environments are releases that code deployment switches, and of which it notifies the server. */
    deployedCode: boolean;
  };
}

/** Renders puppet.conf. */
export function renderPuppetConf(values: PuppetConf): string {
  return renderTemplate(new URL("puppet.conf.eta", import.meta.url), values);
}

/**
 * Renders csr_attributes.yaml: the pre-shared key is in the request as its challenge password, which, unlike an
 * extension, never gets into the certificate.
 */
export function renderCsrAttributes(values: { presharedKey: string }): string {
  return dump({
    custom_attributes: { "1.2.840.113549.1.9.7": values.presharedKey },
  });
}

/** Renders the site manifest that a server has until code is deployed: it shows which server compiled the catalog. */
export function renderSiteManifest(): string {
  return renderTemplate(new URL("site.pp.eta", import.meta.url), {});
}
