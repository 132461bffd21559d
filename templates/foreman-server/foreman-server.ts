import { dump } from "js-yaml";
import type { ForemanPackages } from "../../distributions/foreman.js";
import { renderTemplate } from "../render.js";

// Parameters are named as in theforeman-foreman 29.2.0, the installer's module for Foreman.

/** Folder of our configuration on Foreman's host. */
export const foremanHostFolder = "/etc/puppet-foreman-host";
/** The installer's answers. */
export const answersFile = `${foremanHostFolder}/answers.yaml`;
/** The program that adds the repository, and the one that runs the installer. */
export const repositoryScript = "/usr/local/sbin/puppet-foreman-repository";
export const installScript = "/usr/local/sbin/puppet-foreman-install";
/** TLS files of Foreman and of Apache in front of it. */
export const foremanTls = {
  ca: `${foremanHostFolder}/tls/ca.pem`,
  certificate: `${foremanHostFolder}/tls/host.pem`,
  /** For Apache, which reads it as root. */
  key: `${foremanHostFolder}/tls/host.key`,
  /** For Foreman itself, which presents the certificate to smart proxies. */
  clientKey: `${foremanHostFolder}/tls/client.key`,
  crl: `${foremanHostFolder}/tls/crl.pem`,
};

/** An existing PostgreSQL, which others maintain. */
export interface ForemanDatabase {
  server: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** File with the CA certificates that verify the server's. */
  caFile: string;
}

/** What the installer sets up. */
export interface Answers {
  fqdn: string;
  /** Login and password of the first user; Foreman itself stores later ones. */
  user: string;
  password: string;
  /** Credentials of programs that access Foreman on behalf of users (OAuth). */
  oauth: { key: string; secret: string };
  /** Password of the database on the same host, or an existing database. */
  database: string | ForemanDatabase;
}

/**
 * Renders the installer's answers: Foreman with its Puppet plugin, and nothing else on its host. The installer chooses
 * the number of workers by cores and memory: its tuning profiles are for Katello only.
 */
export function renderAnswers(values: Answers): string {
  const { fqdn, database } = values;
  const answers = {
    foreman: {
      foreman_url: `https://${fqdn}`,
      servername: fqdn,
      server_ssl_ca: foremanTls.ca,
      server_ssl_chain: foremanTls.ca,
      server_ssl_cert: foremanTls.certificate,
      server_ssl_key: foremanTls.key,
      server_ssl_crl: foremanTls.crl,
      client_ssl_ca: foremanTls.ca,
      client_ssl_cert: foremanTls.certificate,
      client_ssl_key: foremanTls.clientKey,
      initial_admin_username: values.user,
      initial_admin_password: values.password,
      oauth_consumer_key: values.oauth.key,
      oauth_consumer_secret: values.oauth.secret,
      register_in_foreman: false,
      ...(typeof database === "string"
        ? { db_password: database }
        : {
            db_manage: false,
            db_host: database.server,
            db_port: database.port,
            db_database: database.database,
            db_username: database.user,
            db_password: database.password,
            db_sslmode: "verify-full",
            db_root_cert: database.caFile,
          }),
    },
    "foreman::plugin::puppet": true,
    "foreman::cli": false,
    foreman_proxy: false,
    puppet: false,
    "apache::mod::status": false,
  };
  return `# Made by pulumi-puppet: change the stack's settings, not this file.\n${dump(answers, { lineWidth: -1 })}`;
}

/**
 * Renders the program that adds Foreman's package repository to a host.
 *
 * @param values.remedy what to do on a system that Foreman has no packages for
 */
export function renderRepository(
  values: ForemanPackages & { fqdn: string; remedy: string },
): string {
  return renderTemplate(new URL("repository.sh.eta", import.meta.url), values);
}

/** Renders the program that runs the installer. */
export function renderInstall(values: { fqdn: string }): string {
  return renderTemplate(new URL("install.sh.eta", import.meta.url), {
    ...values,
    answers: answersFile,
  });
}

/** Renders the check of Foreman's host before anything is changed on it, for Bash as root. */
export function renderHostCheck(values: { fqdn: string }): string {
  return renderTemplate(new URL("check.sh.eta", import.meta.url), values);
}

/** Renders the program that has Apache load the CRL if it changed since the last load. */
export function renderForemanCrlApply(values: {
  /** The CRL that was fetched last, and the user who owns its folder. */
  fetched: string;
  user: string;
}): string {
  return renderTemplate(new URL("crl-apply.sh.eta", import.meta.url), {
    ...values,
    crl: foremanTls.crl,
    loaded: `${foremanHostFolder}/tls/loaded-crl.pem`,
  });
}
