import { renderTemplate } from "../render.js";

/** What a CA's autosign policy needs to know. */
export interface AutosignPolicyArgs {
  /** Path of the Ruby interpreter that runs the policy, such as `/usr/bin/ruby`; Ruby 3.1 or later. */
  ruby: string;
  /**
   * Folder with `agent.key` and `infrastructure.key`, one line of at least 16 characters each, mode 0640, and with
   * `rules.json`; the user that runs Puppet Server must be able to read all three. If one of them is missing or open to
   * others, the policy rejects every request.
   */
  directory: string;
  /** Suffix of names that the policy never signs. */
  signedByHand: string;
}

/** Names that only holders of the infrastructure's key may use. */
export interface AutosignRulesArgs {
  /** Certificate names of the infrastructure's own hosts; at least one. */
  hosts: readonly string[];
  /**
   * Service names that clients connect to, such as `puppet` and `puppet.example.com`; at least one. A host's
   * certificate may have them in addition to the host's own name.
   */
  serviceNames: readonly string[];
}

/** Renders the policy executable for Puppet's setting `autosign`. */
export function renderAutosignPolicy(args: AutosignPolicyArgs): string {
  return renderTemplate(new URL("policy.rb.eta", import.meta.url), args);
}

/** Renders the policy's `rules.json`; the order of the names makes no difference. */
export function renderAutosignRules(args: AutosignRulesArgs): string {
  const sorted = (names: readonly string[]) => [...new Set(names)].sort();
  const rules = {
    hosts: sorted(args.hosts),
    serviceNames: sorted(args.serviceNames),
  };
  return JSON.stringify(rules, null, 2) + "\n";
}

/** Renders the systemd service that removes requests that the policy rejected. */
export function renderPurgeService(args: { user: string; cadir: string }): string {
  return renderTemplate(new URL("purge.service.eta", import.meta.url), args);
}

/** Renders the systemd timer that runs the service. */
export function renderPurgeTimer(): string {
  return renderTemplate(new URL("purge.timer.eta", import.meta.url), {});
}
