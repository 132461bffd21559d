import {
  distributions,
  type Distribution,
  type DistributionName,
} from "../../distributions/index.js";
import { renderConvergeScript } from "../../hosts/host-configuration.js";
import { compose, contentOf, resourceOf, type Composed } from "../unit/infrastructure.js";

/** Files by the name a test tells them by. */
export type Files = Readonly<Record<string, string>>;

/** The names of all distributions. */
export const distributionNames = Object.keys(distributions) as DistributionName[];

/** A file that must be there. */
export function fileOf(files: Files, name: string): string {
  const content = files[name];
  if (content === undefined) throw new Error(`${name} was not rendered`);
  return content;
}

/** What is rendered differently for each distribution, as its components send it to the hosts. */
export async function filesOf(name: DistributionName): Promise<Files> {
  const distribution = distributions[name];
  const { paths, services } = distribution;
  const composed = await compose(distribution);
  const main = composed.state("main");
  const compiler = composed.state("compiler1");
  return {
    "main/puppet.conf": contentOf(main, `${paths.confdir}/puppet.conf`),
    "main/sed-java-args": javaArgsCommand(composed, services.server),
    "compiler/puppet.conf": contentOf(compiler, `${paths.confdir}/puppet.conf`),
    "compiler/csr_attributes.yaml": contentOf(compiler, `${paths.confdir}/csr_attributes.yaml`),
    "compiler/puppet-crl-refresh": contentOf(compiler, "/usr/local/sbin/puppet-crl-refresh"),
    "agent/install.sh": composed.agentInstall,
    "converge.sh": convergeScript(distribution),
  };
}

/** What is the same for every distribution. */
export async function sharedFiles(): Promise<Files> {
  const distribution = distributions.debian;
  const { paths } = distribution;
  const one = await compose(distribution, { compilers: ["compiler1"] });
  const three = await compose(distribution, { compilers: ["compiler1", "compiler2", "web-7"] });
  const main = three.state("main");
  const compiler = three.state("compiler1");
  const haproxyConf = "/etc/haproxy/haproxy.cfg";
  return {
    "main/ca.cfg": contentOf(main, `${paths.serverServicesdir}/ca.cfg`),
    "main/ca.conf": contentOf(main, `${paths.serverConfdir}/ca.conf`),
    "main/sizing.conf": contentOf(main, `${paths.serverConfdir}/sizing.conf`),
    "main/site.pp": contentOf(main, `${paths.codedir}/environments/production/manifests/site.pp`),
    "compiler/ca.cfg": contentOf(compiler, `${paths.serverServicesdir}/ca.cfg`),
    "compiler/puppet-crl-refresh.service": contentOf(
      compiler,
      "/etc/systemd/system/puppet-crl-refresh.service",
    ),
    "compiler/puppet-crl-refresh.timer": contentOf(
      compiler,
      "/etc/systemd/system/puppet-crl-refresh.timer",
    ),
    "balancer/haproxy-1.cfg": contentOf(one.state("balancer"), haproxyConf),
    "balancer/haproxy-3.cfg": contentOf(three.state("balancer"), haproxyConf),
    "balancer/haproxy-reload": contentOf(three.state("balancer"), "/usr/local/sbin/haproxy-reload"),
  };
}

/** The lines of a file without comments, blank lines and indentation. */
export const linesOf = (content: string) =>
  content
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** With a state of little text: the real ones are the other files. */
function convergeScript(distribution: Distribution): string {
  return renderConvergeScript("main-configuration", "main.example.test", distribution, [
    { type: "file", title: "/etc/motd", parameters: { content: "first\nSTATE\n'%{x}' ü\n" } },
  ]);
}

function javaArgsCommand({ state }: Composed, service: string): string {
  const { command, unless } = resourceOf(state("main"), `JAVA_ARGS of ${service}`).parameters;
  return `${(command as readonly string[]).join("\n")}\n\nunless ${String(unless)}\n`;
}
