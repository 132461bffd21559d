import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import { commandAs } from "../../hosts/as-user.js";
import { onceFolder } from "../../hosts/host-configuration.js";
import { absenceOf, execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import { shellWord } from "../../hosts/shell-word.js";
import { hostKey } from "../../templates/autosign/autosign.js";
import {
  certificateProgram,
  renderCertificateProgram,
} from "../../templates/certificates/certificates.js";
import { renderCsrAttributes, renderPuppetConf } from "../../templates/puppet/puppet.js";
import type { WithDistribution } from "../arguments.js";
import type { HostCertificateArgs } from "./args.js";
import { trustedCa } from "./trusted-ca.js";

const csrAttributes = "csr_attributes.yaml";

/** The host's own key, for the configuration that has the {@link certificateRequest}: no host keeps it. */
export function certificateKey({
  host,
  infrastructureKey,
}: Pick<HostCertificateArgs, "host" | "infrastructureKey">): Record<string, pulumi.Output<string>> {
  return {
    [csrAttributes]: pulumi
      .output(infrastructureKey)
      .apply((key) => renderCsrAttributes({ presharedKey: hostKey(key, host.fqdn) })),
  };
}

/**
 * Host state that comes before everything else on a host with a certificate: it fails if the one that is there is of
 * another CA, whose agent the host then is, or for services of other names, which agents may use.
 *
 * @param args.caServer name under which the CA is reached
 */
export function certificateCheck(
  args: WithDistribution<HostCertificateArgs> & { caServer: string },
): HostState {
  const { host, distribution, caServer, subjectAltNames = [] } = args;
  const { ruby, ssldir } = distribution.paths;
  const program = pulumi.output(args.caCertificate).apply((caCertificate) =>
    renderCertificateProgram({
      ...{ ruby, ssldir, caServer, caCertificate },
      certname: host.fqdn,
      names: subjectAltNames,
    }),
  );
  // Whoever owns the folder before this stack sets it up.
  const suits = `test ! -d ${ssldir}/certs || { cd / && runuser -u "$(stat --format %U ${ssldir}/certs)" -- ${certificateProgram} suits; }`;
  return [
    fileOf(certificateProgram, program, { mode: "0755" }),
    execOf(
      `the certificate of ${host.fqdn} is of this CA and for its services`,
      ["sh", "-c", suits],
      {
        unless: `sh -c ${shellWord(suits)}`,
      },
    ),
  ];
}

/**
 * Host state that requests a certificate if there is none that is fit for use; it comes after {@link certificateCheck}
 * and puppet.conf, and before services. Its configuration has the {@link certificateKey}.
 *
 * @param owner user who owns Puppet's folder of certificates; by default, that of a host without Puppet Server
 * @param notify service that reads the certificate where Puppet has it
 */
export function certificateRequest(
  args: WithDistribution<HostCertificateArgs>,
  owner = args.distribution.users.agent,
  notify?: string,
): HostState {
  const { host, distribution } = args;
  return [
    // Where an earlier version kept the key of all hosts.
    absenceOf(`${distribution.paths.confdir}/${csrAttributes}`),
    ...trustedCa(distribution, args.caCertificate, owner),
    execOf(`request the certificate of ${host.fqdn}`, request(distribution, owner), {
      unless: `sh -c ${shellWord(commandAs(owner, `${certificateProgram} check`))}`,
      ...(notify === undefined ? {} : { notify }),
    }),
  ];
}

/** The command that requests the certificate and waits for it. */
function request({ paths }: Distribution, owner: string): string[] {
  const key = `${onceFolder}/${csrAttributes}`;
  const words = [
    ...[certificateProgram, "request", paths.puppet, "ssl", "bootstrap", "--csr_attributes", key],
    ...["--waitforcert", "5", "--maxwaitforcert", "120"],
  ];
  if (owner === "root") return words;
  // As the folder's owner: root would follow a link in it. For another user than root, Puppet has other folders.
  const home = `${onceFolder}/home`;
  const folders = ["vardir", "logdir", "rundir", "publicdir", "deviceconfdir"].map(
    (name) => `--${name}=${home}`,
  );
  const asOwner = ["runuser", "-u", owner, "--", "env", `HOME=${home}`, ...words];
  return [
    "sh",
    "-c",
    `chown ${owner} ${key} && install -d -o ${owner} ${home} && cd / && exec ${[...asOwner, `--confdir=${paths.confdir}`, ...folders].join(" ")}`,
  ];
}

/** Host state that gets a certificate for a host that runs no Puppet Server. */
export function hostCertificateState(
  args: WithDistribution<HostCertificateArgs> & { caServer: string },
): HostState {
  const { host, distribution, caServer } = args;
  const conf = renderPuppetConf({
    certname: host.fqdn,
    // Not from the main server, which compiles for nobody else: code there runs beside the CA's key.
    server: args.puppetServer ?? caServer,
    caServer,
    dnsAltNames: [],
  });
  return [
    ...certificateCheck(args),
    fileOf(`${distribution.paths.confdir}/puppet.conf`, conf),
    ...certificateRequest(args),
  ];
}
