import { renderTemplate } from "../render.js";

/** What the policy of one certificate authority needs to know. */
export interface AutosignPolicyArgs {
  /** Path of the Ruby interpreter that runs the policy, such as `/usr/bin/ruby`; Ruby 3.1 or later. */
  ruby: string;
  /**
   * Folder with `agent.key` and `infrastructure.key`, one line of 16 or more characters each, mode
   * 0640, and with `rules.json`; all three readable for the user that runs Puppet Server. When one
   * of them is missing or open to others, the policy refuses every request.
   */
  directory: string;
  /** Ending of names that the policy never signs. */
  signedByHand: string;
}

/** Which names only holders of the infrastructure key may use. */
export interface AutosignRulesArgs {
  /** Certnames of the infrastructure's own hosts; at least one. */
  hosts: readonly string[];
  /**
   * Names that clients reach the infrastructure by, such as `puppet` and `puppet.example.com`; at
   * least one. They may stand beside a host's own name in its certificate.
   */
  serviceNames: readonly string[];
}

/** Renders the policy executable for Puppet Server's setting `autosign`. */
export function renderAutosignPolicy(args: AutosignPolicyArgs): string {
  return renderTemplate(new URL("policy.rb.eta", import.meta.url), args);
}

/** Renders the policy's `rules.json`; the same names give the same text, in whichever order they come. */
export function renderAutosignRules(args: AutosignRulesArgs): string {
  const sorted = (names: readonly string[]) => [...new Set(names)].sort();
  const rules = {
    hosts: sorted(args.hosts),
    serviceNames: sorted(args.serviceNames),
  };
  return JSON.stringify(rules, null, 2) + "\n";
}

/** Renders the systemd service that removes the requests which the policy has refused. */
export function renderPurgeService(args: { user: string; cadir: string }): string {
  return renderTemplate(new URL("purge.service.eta", import.meta.url), args);
}

/** Renders the systemd timer that runs the service. */
export function renderPurgeTimer(): string {
  return renderTemplate(new URL("purge.timer.eta", import.meta.url), {});
}
