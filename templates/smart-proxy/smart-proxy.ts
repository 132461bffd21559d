import { dump } from "js-yaml";

// Settings are named as in smart-proxy 3.11 and theforeman-foreman_proxy 30.1.0.

/** TCP port of the smart proxy. */
export const smartProxyPort = 8443;
/** Folder of its settings. */
export const smartProxyFolder = "/etc/foreman-proxy";

/** TLS files of a smart proxy. */
export interface SmartProxyTls {
  /** CA certificates that verify Foreman's and Puppet Server's. */
  caFile: string;
  certificate: string;
  privateKey: string;
}

/** Values of a smart proxy's settings. */
export interface SmartProxySettings {
  tls: SmartProxyTls;
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
  const { tls, foremanUrl, puppetUrl } = values;
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
      // Compared with the name in the certificate that Foreman presents.
      trusted_hosts: [new URL(foremanUrl).hostname],
      foreman_url: foremanUrl,
      bind_host: ["*"],
      https_port: smartProxyPort,
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

/** YAML whose first keys are Ruby's symbols. */
function symbols(values: Readonly<Record<string, unknown>>): string {
  const keyed = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`:${key}`, value]),
  );
  const text = dump(keyed, { lineWidth: -1 });
  return `# Made by pulumi-puppet: change the stack's settings, not this file.\n${text}`;
}
