import { dump } from "js-yaml";
import { crlTell } from "../crl/crl.js";
import { listenOn, renderHaproxyUnit, tlsLines } from "../haproxy/haproxy.js";
import { renderTemplate } from "../render.js";

// Settings are named as in smart-proxy 3.11 and theforeman-foreman_proxy 30.1.0.

/** TCP port of HAProxy in front of the smart proxy, which Foreman connects to. */
export const smartProxyPort = 8443;
/** TCP port of the smart proxy itself, on the loopback address only. */
export const smartProxyBackendPort = 8444;
/** Folder of its settings. */
export const smartProxyFolder = "/etc/foreman-proxy";

/** Folder of HAProxy in front of it. */
export const smartProxyDoorFolder = "/etc/puppet-smart-proxy";

/** TLS files of a smart proxy. */
export interface SmartProxyTls {
  /** The environment's CA certificates: they verify Puppet Server's, and that of HAProxy in front of it. */
  caFile: string;
  certificate: string;
  privateKey: string;
}

/** Values of a smart proxy's settings. */
export interface SmartProxySettings {
  tls: SmartProxyTls;
  /** FQDN of the main server, as in the certificate that HAProxy presents. */
  fqdn: string;
  /** Foreman's address. */
  foremanUrl: string;
  /** URL of Puppet Server and its CA. */
  puppetUrl: string;
}

/** Seconds that it waits for the classes of an environment: as long as Foreman waits for it. */
const classesTimeout = 60;

/**
 * Renders the settings of the smart proxy, each file by its name under {@link smartProxyFolder}.
 *
 * It uses the CA through its API, and no provider offers autosigning: puppet.conf has a single `autosign` setting, and
 * here it is the autosign policy, which no list of names and no token of Foreman's may bypass.
 */
export function renderSmartProxySettings(values: SmartProxySettings): Record<string, string> {
  const { tls, fqdn, foremanUrl, puppetUrl } = values;
  const puppet = {
    puppet_url: puppetUrl,
    puppet_ssl_ca: tls.caFile,
    puppet_ssl_cert: tls.certificate,
    puppet_ssl_key: tls.privateKey,
  };
  return {
    "settings.yml": symbols({
      settings_directory: `${smartProxyFolder}/settings.d`,
      ssl_ca_file: tls.caFile,
      ssl_certificate: tls.certificate,
      ssl_private_key: tls.privateKey,
      // HAProxy, which presents the main server's certificate, and lets nobody through but Foreman.
      trusted_hosts: [fqdn],
      foreman_url: foremanUrl,
      bind_host: ["127.0.0.1"],
      https_port: smartProxyBackendPort,
      log_file: "/var/log/foreman-proxy/proxy.log",
      log_level: "INFO",
    }),
    "settings.d/puppet.yml": symbols({ enabled: "https" }),
    "settings.d/puppet_proxy_puppet_api.yml": symbols({ ...puppet, api_timeout: classesTimeout }),
    "settings.d/puppetca.yml": symbols({ enabled: "https", use_provider: [] }),
    "settings.d/puppetca_http_api.yml": symbols(puppet),
    "settings.d/logs.yml": symbols({ enabled: "https" }),
  };
}

/** Values of the haproxy.cfg in front of a smart proxy. */
export interface SmartProxyDoor {
  /** Whether it also listens on IPv6 addresses. */
  ipv6: boolean;
  /** FQDN of the main server, as in its certificate. */
  fqdn: string;
  /** The main server's certificate; its key is next to it, with `.key` appended. */
  certificate: string;
  /** File with the environment's CA certificates, which verify the smart proxy's own. */
  caFile: string;
  /** File with the CA certificates, and no others, that verify Foreman's certificate. */
  clientCaFile: string;
  /** File with the revocation lists of the environment's CA. */
  crlFile: string;
  /** Whether Foreman's certificate is of the environment's CA. */
  ownCa: boolean;
  /** Foreman's address. */
  foremanUrl: string;
}

/** Renders the haproxy.cfg in front of the smart proxy: Foreman's certificate, unless it is revoked, and no other. */
export function renderSmartProxyDoor({ foremanUrl, ...values }: SmartProxyDoor): string {
  return renderTemplate(new URL("haproxy.cfg.eta", import.meta.url), {
    ...values,
    client: new URL(foremanUrl).hostname,
    listen: listenOn(smartProxyPort, values.ipv6),
    backendPort: smartProxyBackendPort,
    tls: tlsLines(),
    // Beyond what the smart proxy itself waits for.
    answerWithin: classesTimeout + 30,
  });
}

/** Renders the systemd unit of HAProxy in front of the smart proxy. */
export function renderSmartProxyDoorUnit(): string {
  return renderHaproxyUnit({
    description: "TLS for Foreman's smart proxy",
    folder: smartProxyDoorFolder,
  });
}

/**
 * Renders the systemd service that takes the CRL once.
 *
 * @param values.name name of the script
 */
export function renderSmartProxyCrlService(values: { name: string }): string {
  return renderTemplate(new URL("crl.service.eta", import.meta.url), { ...values, tell: crlTell });
}

/** YAML whose first keys are Ruby's symbols. */
function symbols(values: Readonly<Record<string, unknown>>): string {
  const keyed = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`:${key}`, value]),
  );
  const text = dump(keyed, { lineWidth: -1 });
  return `# Made by pulumi-puppet: change the stack's settings, not this file.\n${text}`;
}
