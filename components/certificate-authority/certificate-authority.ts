import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { DistributionName } from "../../distributions/index.js";
import type { HostArgs } from "../../hosts/host.js";
import { directoryOf, execOf, fileOf, timerOf, type HostState } from "../../hosts/host-state.js";
import { mountsOf, startsMounted } from "../../hosts/mounts.js";
import { rootCommand } from "../../hosts/root-command.js";
import {
  renderAutosignPolicy,
  renderAutosignRules,
  renderPurgeService,
  renderPurgeTimer,
} from "../../templates/autosign/autosign.js";
import { readerSuffix } from "../../templates/puppetdb/puppetdb.js";
import { renderCaConf } from "../../templates/puppetserver/puppetserver.js";
import { hiddenRequests } from "../puppet-server/authorization.js";
import { withDistribution } from "../arguments.js";

/** What a {@link CertificateAuthority} takes. */
export interface CertificateAuthorityArgs {
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
  /** Subject of the CA that signs; the root above it is called the same and ends in `root`. */
  caName: string;
  /** Names under which servers are reached, short and full: SANs of servers, and certificate names of nobody. */
  serviceNames: string[];
  /** Further names of the main server's own certificate. */
  subjectAltNames: string[];
  /** Every host of the infrastructure by its full and its short name: only the infrastructure's key gets these names signed. */
  infrastructure: string[];
}

/**
 * The one certificate authority: its keys, and who gets a certificate.
 *
 * A request is signed when the policy on the main server finds a pre-shared key in it that covers all it
 * asks for: agents have one key, hosts of the infrastructure another. It contributes {@link state} to the main
 * server, which runs it.
 */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** The key of agents. */
  readonly agentKey: pulumi.Output<string>;
  /** The key of the infrastructure's hosts. */
  readonly infrastructureKey: pulumi.Output<string>;
  /** Host state of the main server that makes it the CA; belongs before the service starts. */
  readonly state: HostState;
  /** The policy's path, for puppet.conf. */
  readonly policy: string;

  constructor(
    name: string,
    args: CertificateAuthorityArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("puppet:index:CertificateAuthority", name, {}, opts);
    this.agentKey = presharedKey(`${name}-agent-key`, this);
    this.infrastructureKey = presharedKey(`${name}-infrastructure-key`, this);

    const { distribution } = withDistribution(args);
    const { paths, users, services } = distribution;
    const folder = `${paths.confdir}/autosign`;
    const folders = [paths.cadir, paths.ssldir];
    const take = `for folder in ${folders.join(" ")}; do test ! -d $folder || chown --recursive ${users.puppet}: $folder || exit 1; done`;
    const forServer = { group: users.puppet, mode: "0640" };
    this.policy = `${folder}/policy`;
    this.state = [
      ...mountsOf(folders),
      ...startsMounted(services.server, folders),
      directoryOf(folder),
      fileOf(
        this.policy,
        renderAutosignPolicy({ ruby: paths.ruby, directory: folder, signedByHand: readerSuffix }),
        {
          mode: "0755",
        },
      ),
      // Read at every decision: names can be added without a restart.
      fileOf(
        `${folder}/rules.json`,
        renderAutosignRules({
          hosts: [...args.infrastructure],
          serviceNames: [...args.serviceNames],
        }),
        forServer,
      ),
      fileOf(`${folder}/agent.key`, pulumi.interpolate`${this.agentKey}\n`, {
        ...forServer,
        sensitive: true,
      }),
      fileOf(`${folder}/infrastructure.key`, pulumi.interpolate`${this.infrastructureKey}\n`, {
        ...forServer,
        sensitive: true,
      }),
      fileOf(`${paths.serverConfdir}/ca.conf`, renderCaConf(), {
        notify: `Service[${services.server}]`,
      }),
      // On a volume that comes from another machine, the user of the same name may have had another number.
      execOf("the service owns its certificates", ["sh", "-c", take], {
        unless: `sh -c 'test -z "$(find ${folders.join(" ")} ! -user ${users.puppet} -print -quit 2>/dev/null)"'`,
      }),
      // Before the first start, or the server makes itself a CA with neither root nor name.
      execOf(
        "set up the certificate authority",
        [
          ...[
            paths.puppetserver,
            "ca",
            "setup",
            "--ca-name",
            args.caName,
            "--root-ca-name",
            `${args.caName} root`,
          ],
          ...["--subject-alt-names", args.subjectAltNames.join(",")],
        ],
        { creates: `${paths.cadir}/ca_crt.pem` },
      ),
      ...hiddenRequests(distribution),
      ...timerOf("puppet-refused-requests", {
        service: renderPurgeService({ user: users.puppet, cadir: paths.cadir }),
        timer: renderPurgeTimer(),
      }),
    ];
    this.registerOutputs();
  }
}

/** What a {@link CaCertificate} takes. */
export interface CaCertificateArgs {
  /** The main server's host. */
  host: HostArgs;
  /** Where the packages of Puppet come from; Debian's own by default. */
  distribution?: DistributionName;
}

/** The certificates of the CA, read from the main server once it has been set up. */
export class CaCertificate extends pulumi.ComponentResource {
  /** Signing certificate and root, PEM. */
  readonly pem: pulumi.Output<string>;
  /** SHA-256 of the PEM text as the CA serves it, which is what agents compare `ca_fingerprint` with. */
  readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: CaCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("puppet:index:CaCertificate", name, {}, opts);
    const read = rootCommand(
      `${name}-read`,
      args.host,
      {
        create: `cat ${withDistribution(args).distribution.paths.cadir}/ca_crt.pem`,
        triggers: [args.host.identity],
        silent: true,
      },
      { parent: this },
    );
    // The connection is secret and so is all that comes over it, but a CA's certificate is public.
    this.pem = pulumi.unsecret(read.stdout).apply((pem) => `${pem.trimEnd()}\n`);
    this.fingerprint = this.pem.apply((pem) => createHash("sha256").update(pem).digest("hex"));
    this.registerOutputs();
  }
}

/** A key for certificate requests: letters and digits only, so that every file format takes it as it is. */
function presharedKey(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  return new random.RandomPassword(name, { length: 48, special: false }, { parent }).result;
}
