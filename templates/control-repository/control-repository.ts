import { renderTemplate } from "../render.js";

/** User that owns the repository; its shell only speaks Git. */
export const controlUser = "puppet-control";
/** Who commits the code that the repository begins with. */
export const seedEmail = "pulumi-puppet@localhost";
/** Folder of the repository. */
export const controlHome = "/var/lib/puppet-control";

/**
 * Renders the script that fails, with a sentence that names them, if a host has environments with code that was not
 * deployed to it.
 *
 * @param values.environments folder of the environments
 * @param values.published folder that deployed environments are links into
 * @param values.firstManifest what an environment has until code is deployed
 */
export function renderOwnEnvironments(values: {
  environments: string;
  published: string;
  firstManifest: string;
}): string {
  return renderTemplate(new URL("own-environments.sh.eta", import.meta.url), values);
}

/** Renders the commands that create the repository, with the branches production and development; for its owner. */
export function renderSeed(values: { repository: string; share: string }): string {
  return renderTemplate(new URL("seed.sh.eta", import.meta.url), { ...values, seedEmail });
}

/**
 * Renders the hook that notifies the webhook of what was pushed, and shows its answer.
 *
 * @param values.ruby path of the Ruby interpreter that runs it
 * @param values.settings file with the content of {@link renderHookSettings}
 * @param values.repository name of the repository in code deployment
 */
export function renderPostReceive(values: {
  ruby: string;
  settings: string;
  repository: string;
}): string {
  return renderTemplate(new URL("post-receive.rb.eta", import.meta.url), values);
}

/** Renders what the hook reads: where the webhook is, and the key of its signatures. */
export function renderHookSettings(webhook: { url: string; secret: string }): string {
  return `${JSON.stringify(webhook)}\n`;
}
