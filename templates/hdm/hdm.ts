import { dump } from "js-yaml";
import { listenOn, localSections } from "../haproxy/haproxy.js";
import { renderTemplate } from "../render.js";

/** TCP port of HDM's HTTPS. */
export const hdmTlsPort = 443;
/** TCP port of HDM itself, on the loopback address only. */
export const hdmPort = 3000;
/** Folder of its configuration, readable only for root. */
export const hdmFolder = "/etc/hdm";
/** Folder of its database. */
export const hdmDatabaseFolder = "/var/lib/hdm";
/** Name of its administrator. */
export const hdmAdministrator = "admin";

const head = "# Made by pulumi-puppet: change the stack's settings, not this file.";

/** How users of an LDAP directory log in. */
export interface HdmLdap {
  readonly host: string;
  readonly port: number;
  readonly startTls: boolean;
  readonly baseDn: string;
  readonly bindDn?: string | undefined;
  readonly bindPassword?: string | undefined;
  readonly usernameAttribute: string;
  readonly filter?: string | undefined;
  /** File with the CA certificates that verify the server's. */
  readonly caFile?: string | undefined;
}

/** TCP port of an LDAP server; the standard one by default. */
export const ldapPort = ({ port, startTls }: { port?: number | undefined; startTls: boolean }) =>
  port ?? (startTls ? 389 : 636);

/** How users of an identity provider log in. */
export interface HdmSaml {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly certificate: string;
}

/** Values of hdm.yml. */
export interface HdmConf {
  /** PuppetDB's read-only URL. */
  readonly puppetdbUrl: string;
  /** Folder with `environments`. */
  readonly codedir: string;
  readonly ldap?: HdmLdap | undefined;
  readonly saml?: HdmSaml | undefined;
}

/** TLS files in HDM's folder. */
export const hdmFiles = {
  key: `${hdmFolder}/tls/key.pem`,
  certificate: `${hdmFolder}/tls/cert.pem`,
  ca: `${hdmFolder}/tls/ca.pem`,
  ldapCa: `${hdmFolder}/tls/ldap-ca.pem`,
};

/** HAProxy's certificate chain; the key is next to it. */
export const hdmCertificateFile = "/etc/haproxy/hdm/host.pem";

/** Renders hdm.yml for HDM 4.1.2; it may contain the LDAP password. */
export function renderHdmConf(values: HdmConf): string {
  const { puppetdbUrl, codedir, ldap, saml } = values;
  return yaml({
    read_only: true,
    allow_encryption: false,
    authentication_disabled: false,
    puppet_db: {
      server: puppetdbUrl,
      pem: { key: hdmFiles.key, cert: hdmFiles.certificate, ca_file: hdmFiles.ca },
    },
    config_dir: codedir,
    ...(ldap === undefined ? {} : { ldap: ldapConf(ldap) }),
    ...(saml === undefined
      ? {}
      : {
          saml: {
            sp_entity_id: saml.entityId,
            idp_sso_service_url: saml.ssoUrl,
            idp_cert: saml.certificate,
          },
        }),
  });
}

/** HDM identifies users by their login, so no user of the directory may log in with the administrator's name. */
function ldapConf(ldap: HdmLdap): object {
  const { usernameAttribute, filter = "", bindDn, bindPassword, caFile } = ldap;
  return {
    host: ldap.host,
    port: ldap.port,
    ssl_mode: ldap.startTls ? "starttls" : "simple",
    ssl_verify: true,
    ...(caFile === undefined ? {} : { ca_file: caFile }),
    base_dn: ldap.baseDn,
    ...(bindDn === undefined ? {} : { bind_dn: bindDn, bind_dn_password: bindPassword }),
    username_attribute: usernameAttribute,
    filter: `(&${filter}(!(${usernameAttribute}=${hdmAdministrator})))`,
  };
}

/** Renders database.yml: the database is in a folder of the host, because a container's files are removed with it. */
export function renderHdmDatabase(): string {
  return yaml({
    adapter: "sqlite3",
    database: `${hdmDatabaseFolder}/production.sqlite3`,
    pool: 5,
    timeout: 5000,
  });
}

/** HDM reads both files as ERB templates, so anything that looks like a tag is escaped. */
const yaml = (production: object) =>
  `${head}\n${dump({ production }, { lineWidth: -1 }).replaceAll("<%", "<%%")}`;

/**
 * Renders the environment of all HDM containers.
 *
 * @param values.secretKeyBase key that sessions are signed and encrypted with
 */
export function renderHdmEnvironment(values: { secretKeyBase: string }): string {
  return `RAILS_ENV=production\nSECRET_KEY_BASE=${values.secretKeyBase}\n`;
}

/** Renders the additional environment of the container that creates the administrator. */
export function renderAdministratorEnvironment(values: { password: string }): string {
  return `HDM_ADMINISTRATOR_PASSWORD=${values.password}\n`;
}

/** What all HDM containers are run with. */
interface Container {
  readonly image: string;
  /** What it sees of the host, and where. */
  readonly volumes: readonly { from: string; to?: string; readOnly?: boolean }[];
}

const optionsOf = ({ volumes }: Container) => [
  // Starting HDM must not pull an image: without the image on the host, it does not run.
  "--pull=never",
  "--network=host",
  // It asks PuppetDB only: a proxy in this host's environment is not for it.
  "--http-proxy=false",
  // Root in the container owns HDM's files, but has no more permissions than any user.
  "--cap-drop=all",
  "--security-opt=no-new-privileges",
  `--env-file=${hdmFolder}/hdm.env`,
  ...volumes.map(
    ({ from, to = from, readOnly = true }) => `--volume=${from}:${to}${readOnly ? ":ro" : ""}`,
  ),
];

/** Renders HDM's systemd unit. */
export function renderHdmService(values: Container & { administratorScript: string }): string {
  return template("hdm.service.eta", {
    ...values,
    options: optionsOf(values),
    port: hdmPort,
    folder: hdmDatabaseFolder,
  });
}

/** Renders the script that creates the database and the administrator before HDM starts. */
export function renderHdmAdministrator(values: Container): string {
  return template("administrator.sh.eta", {
    ...values,
    options: optionsOf(values),
    folder: hdmFolder,
    administrator: hdmAdministrator,
  });
}

/**
 * Renders the script that pulls or loads the image.
 *
 * @param values.archive path or URL of an archive; without one, the image is pulled
 */
export function renderHdmImage(values: { image: string; archive?: string | undefined }): string {
  return template("image.sh.eta", values);
}

/** Renders the script that waits for HDM, at most until the deadline in seconds. */
export function renderHdmAwait(values: { deadline: number }): string {
  return template("await.sh.eta", { ...values, port: hdmPort });
}

/**
 * Renders the haproxy.cfg of HDM's host.
 *
 * @param values.certificate its certificate; the key is next to it, with `.key` appended
 * @param values.ipv6 whether it also listens on IPv6 addresses
 */
export function renderHdmProxy(values: { certificate: string; ipv6: boolean }): string {
  return template("haproxy.cfg.eta", {
    ...values,
    ...localSections(),
    listen: listenOn(hdmTlsPort, values.ipv6),
    port: hdmPort,
  });
}

const template = (name: string, values: object) =>
  renderTemplate(new URL(name, import.meta.url), values);
