import * as pulumi from "@pulumi/pulumi";
import { CompilerPool, LoadBalancer, type HostArgs } from "pulumi-puppet";

/** A host as this stack's settings have it. */
interface Machine {
  name: string;
  fqdn: string;
  address: string;
  cores: number;
  memory: number;
  hostKey: string;
}

const config = new pulumi.Config();
const privateKey = config.requireSecret("privateKey");

const hostOf = ({ hostKey, ...machine }: Machine): HostArgs => ({
  ...machine,
  // A machine that is installed anew shows a new key, and gets all of its configuration again.
  identity: hostKey,
  connection: { host: machine.address, user: "root", privateKey, hostKey },
});

const caCertificate = config.require("caCertificate");
const puppetServer = config.require("puppetServer");
const puppetdbUrls = config.getObject<string[]>("puppetdbUrls") ?? [];

// Compilers for one more site: agents there are served by a pool of their own, with the certificates of the one CA. It
// signs what it knows: compilers that the main server's stack plans, and the names of its own services. So the pool
// answers under the same name, which leads to this balancer where this site resolves it.
const authority = {
  mainHost: hostOf(config.requireObject<Machine>("main")),
  caServer: config.require("caServer"),
  caCertificate,
  infrastructureKey: config.requireSecret("infrastructureKey"),
};
const pool = new CompilerPool("site", {
  ...authority,
  hosts: config.requireObject<Machine[]>("compilers").map(hostOf),
  subjectAltNames: [puppetServer, puppetServer.split(".")[0] ?? puppetServer],
  // All agents come from there.
  knownAddresses: [hostOf(config.requireObject<Machine>("loadBalancer")).address],
  // Where facts, catalogs and reports go; PuppetDB knows planned compilers as well.
  ...(puppetdbUrls.length > 0 ? { puppetdb: { serverUrls: puppetdbUrls } } : {}),
});

const balancer = new LoadBalancer(
  "site-balancer",
  {
    ...authority,
    host: hostOf(config.requireObject<Machine>("loadBalancer")),
    puppetServer,
    members: pool.members,
  },
  // HAProxy takes a new server for healthy until its first check: it learns of compilers that serve.
  { dependsOn: pool },
);

/** HAProxy's statistics page. */
export const statsUrl = balancer.statsUrl;
/** Its password; the user is `admin`. */
export const statsPassword = balancer.statsPassword;
