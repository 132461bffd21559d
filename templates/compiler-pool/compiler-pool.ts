import { readFileSync } from "node:fs";
import { agentsPort } from "../puppetserver/puppetserver.js";
import { renderTemplate } from "../render.js";

/** TCP port on which a compiler tells a load balancer whether it takes new agents. */
export const poolPort = 8139;

/** The folder of what takes a compiler out of its pool; root's. */
export const poolFolder = "/var/lib/puppet-pool";

/** The program that takes a compiler out of the pool, and back. */
export const poolProgram = "/usr/local/sbin/puppet-pool";
/** The program that answers a load balancer. */
export const answerProgram = "/usr/local/sbin/puppet-pool-answer";
/** The program that has Puppet Server compile catalogs. */
export const warmUpProgram = "/usr/local/sbin/puppet-warm-up";

/** Where the program at {@link poolProgram} notes which catalogs compiled before a change. */
const before = "/run/puppet-pool/before.json";

/** Why a compiler does not leave the pool, and is not changed: another one has to be repaired first. */
export const nobodyElse =
  "no other compiler takes agents; repair one, or first remove it in a deployment that changes nothing else";

/** Seconds that a compiler spends on catalogs before agents ask it: at most, and then on the one that it has begun. */
const warmUpSeconds = 60;

/** Renders the program that answers a load balancer. */
export const renderAnswer = () => text("answer.sh");

/** Renders the program that takes a compiler out of the pool, and back; to be run as root. */
export function renderPool(values: {
  ruby: string;
  /** Puppet Server's service and user. */
  server: string;
  user: string;
  /** Addresses of the load balancers. */
  balancers: readonly string[];
  /** Seconds that agent runs get to end before a change. */
  drainTimeout: number;
}): string {
  return template("pool.rb.eta", {
    ...values,
    balancers: JSON.stringify([...new Set(values.balancers)].sort()),
    port: agentsPort,
    answerPort: poolPort,
    answer: answerProgram,
    warmUp: warmUpProgram,
    before,
    nobodyElse,
  });
}

/** Renders the program that has Puppet Server compile catalogs; to be run as Puppet Server's user. */
export function renderWarmUp(values: {
  ruby: string;
  ssldir: string;
  /** The host's FQDN. */
  fqdn: string;
  /** URLs of PuppetDBs, which know nodes. */
  puppetdbUrls: readonly string[];
  /** Catalogs that Puppet Server compiles at the same time. */
  jrubies: number;
}): string {
  return template("warm-up.rb.eta", {
    ...values,
    puppetdbUrls: JSON.stringify(values.puppetdbUrls),
    port: agentsPort,
    seconds: warmUpSeconds,
    before,
  });
}

/** The systemd units of a compiler in a pool. */
export const poolUnits = {
  socket: () => template("answer.socket.eta", { port: poolPort }),
  service: (values: { user: string }) =>
    template("answer@.service.eta", { ...values, program: answerProgram }),
  /** tmpfiles.d of the folders that a boot empties. */
  folders: (values: { user: string }) => template("folders.conf.eta", values),
  /** @param values Puppet Server's service and user */
  warmUp: (values: { server: string; user: string }) =>
    template("warm-up.service.eta", { ...values, program: warmUpProgram, seconds: warmUpSeconds }),
};

const text = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const template = (name: string, values: object) =>
  renderTemplate(new URL(name, import.meta.url), values);
