import { createHmac } from "node:crypto";
import { renderTemplate } from "../render.js";

/** What a CA's autosign policy needs to know. */
export interface AutosignPolicyArgs {
  /** Path of the Ruby interpreter that runs the policy, such as `/usr/bin/ruby`; Ruby 3.1 or later. */
  ruby: string;
  /**
   * Folder with `agent.key` and `hosts.key`, one line of at least 16 characters each, mode 0640, and with `rules.json`;
   * the user that runs Puppet Server must be able to read all three. If one of them is missing or open to others, the
   * policy rejects every request.
   */
  directory: string;
  /**
   * The CA's folder, with the certificates in `signed`, the enrolled hosts in `hosts.d`, and in `agents.d` what agents may
   * have beside their own names.
   */
  cadir: string;
  /** Folder of the running Puppet Server, which only it can write to. */
  rundir: string;
  /** Suffix of names that the policy never signs. */
  signedByHand: string;
}

/** Renders the policy executable for Puppet's setting `autosign`. */
export function renderAutosignPolicy(args: AutosignPolicyArgs): string {
  return renderTemplate(new URL("policy.rb.eta", import.meta.url), args);
}

/**
 * Renders the policy's `rules.json`; the order of the names makes no difference.
 *
 * @param reserved names that no agent gets; at least one
 */
export function renderAutosignRules(reserved: readonly string[]): string {
  return rendered({ reserved: sorted(reserved) });
}

/** What the program that enrols hosts needs to know. */
export interface EnrolArgs extends Omit<AutosignPolicyArgs, "rundir"> {
  /** Puppet Server's command-line tool. */
  puppetserver: string;
  /** User that runs Puppet Server and owns the CA's folder. */
  user: string;
  /** Puppet's folders of configuration and of certificates, with what is known of PuppetDB and the key to ask it with. */
  confdir: string;
  ssldir: string;
}

/** Path of the program that enrols hosts. */
export const enrolProgram = "/usr/local/sbin/puppet-enrol";

/** The shell command, for root on the main server, that revokes and removes a certificate, if there is one. */
export const removeCertificate = (certname: string) => `${enrolProgram} --remove ${certname}`;

/** Renders the program that enrols hosts. */
export function renderEnrol(args: EnrolArgs): string {
  return renderTemplate(new URL("enrol.rb.eta", import.meta.url), args);
}

/**
 * Renders `names.json`, which the program reads.
 *
 * @param values.hosts certificate names of hosts that get enrolled, now or later
 * @param values.trusted names of servers that the settings trust
 */
export function renderEnrolNames(values: {
  hosts: readonly string[];
  trusted: readonly string[];
}): string {
  return rendered({ hosts: sorted(values.hosts), trusted: sorted(values.trusted) });
}

/**
 * The key of one host: with it, a host that is enrolled gets its certificate.
 *
 * @param key the key that all hosts' keys are derived from
 * @param certname the host's certificate name
 * @returns 64 hexadecimal digits
 */
export function hostKey(key: string, certname: string): string {
  return createHmac("sha256", key).update(certname).digest("hex");
}

const sorted = (names: readonly string[]) => [...new Set(names)].sort();
const rendered = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

/** Renders the systemd service that removes requests that the policy rejected. */
export function renderPurgeService(args: { user: string; cadir: string }): string {
  return renderTemplate(new URL("purge.service.eta", import.meta.url), args);
}

/** Renders the systemd timer that runs the service. */
export function renderPurgeTimer(): string {
  return renderTemplate(new URL("purge.timer.eta", import.meta.url), {});
}
