import { readFileSync } from "node:fs";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** Seconds that a compiler may spend on a release that is not published yet. */
const compileSeconds = 300;

/**
 * Renders the socket of a service that deploys may ask, each time a process of its own: `/run/puppet-code-NAME.sock`.
 *
 * @param purpose what it lets deploys do
 */
export const renderSocket = (name: string, purpose: string) =>
  template("asked.socket.eta", { name, purpose });

/** The systemd units of the main server; `environments` is the folder of the environments. */
export const mainUnits = {
  deployService: (values: { environments: string }) => template("deploy.service.eta", values),
  deployPath: () => text("deploy.path"),
  allService: () => text("all.service"),
  allTimer: () => text("all.timer"),
};

/** The systemd units of every server through which a deploy has Puppet Server reload its environments. */
export const flushUnits = {
  socket: () => renderSocket("flush", "have Puppet Server read its environments anew"),
  /** `user` must be allowed to read the key of `fqdn` in `ssldir`. */
  service: (values: { user: string; ssldir: string; fqdn: string }) =>
    template("flush@.service.eta", { ...values, port: agentsPort }),
};

/** The systemd units of a compiler. */
export const compilerUnits = {
  syncService: (values: { environments: string }) => template("sync.service.eta", values),
  syncTimer: () => text("sync.timer"),
  /** Drop-in for Puppet Server's unit. */
  server: () => text("server.conf"),
  compileSocket: () =>
    renderSocket("compile", "have catalogs compiled from code that is not served yet"),
  /**
   * @param values.user who compiles: Puppet Server's user
   * @param values.gems folders of the gems that Puppet Server has
   * @param values.script what compiles
   */
  compileService: (values: { user: string; gems: readonly string[]; script: string }) =>
    template("compile@.service.eta", { ...values, seconds: compileSeconds }),
};

const text = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const template = (name: string, values: object) =>
  renderTemplate(new URL(name, import.meta.url), values);
