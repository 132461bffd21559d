import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import { directoryOf, execOf, fileOf, timerOf, type HostState } from "../../hosts/host-state.js";
import { mountsOf, startsMounted } from "../../hosts/mounts.js";
import {
  renderAutosignPolicy,
  renderAutosignRules,
  renderPurgeService,
  renderPurgeTimer,
} from "../../templates/autosign/autosign.js";
import { readerSuffix } from "../../templates/puppetdb/puppetdb.js";
import { renderCaConf } from "../../templates/puppetserver/puppetserver.js";
import type { WithDistribution } from "../arguments.js";
import { hiddenRequests } from "../puppet-server/authorization.js";
import type { CertificateAuthorityArgs } from "./args.js";

const autosignFolder = ({ paths }: Distribution) => `${paths.confdir}/autosign`;

/** Path of the autosign policy, which decides which requests are signed. */
export const autosignPolicy = (distribution: Distribution) =>
  `${autosignFolder(distribution)}/policy`;

/** Host state that makes a main server the CA. */
export function certificateAuthorityState(
  args: WithDistribution<CertificateAuthorityArgs>,
  keys: { agent: pulumi.Output<string>; infrastructure: pulumi.Output<string> },
): HostState {
  const { distribution, caName } = args;
  const { paths, users, services } = distribution;
  const folders = [paths.cadir, paths.ssldir];
  const takeOver = `for folder in ${folders.join(" ")}; do test ! -d $folder || chown --recursive ${users.puppet}: $folder || exit 1; done`;
  return [
    ...mountsOf(folders),
    ...startsMounted(services.server, folders),
    ...autosign(args, keys),
    fileOf(`${paths.serverConfdir}/ca.conf`, renderCaConf(), {
      notify: `Service[${services.server}]`,
    }),
    // On a volume from a different machine, the same user may have had a different UID.
    execOf("the service owns its certificates", ["sh", "-c", takeOver], {
      unless: `sh -c 'test -z "$(find ${folders.join(" ")} ! -user ${users.puppet} -print -quit 2>/dev/null)"'`,
    }),
    // Before the first start: otherwise the server creates a CA of its own, without a root and with a default name.
    execOf(
      "set up the certificate authority",
      [
        ...[paths.puppetserver, "ca", "setup"],
        ...["--ca-name", caName, "--root-ca-name", `${caName} root`],
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
}

/** The autosign policy, which decides which requests are signed, and the files it reads. */
function autosign(
  args: WithDistribution<CertificateAuthorityArgs>,
  keys: { agent: pulumi.Output<string>; infrastructure: pulumi.Output<string> },
): HostState {
  const { paths, users } = args.distribution;
  const folder = autosignFolder(args.distribution);
  const readableByServer = { group: users.puppet, mode: "0640" };
  const keyFile = { ...readableByServer, sensitive: true };
  return [
    directoryOf(folder),
    fileOf(
      autosignPolicy(args.distribution),
      renderAutosignPolicy({ ruby: paths.ruby, directory: folder, signedByHand: readerSuffix }),
      { mode: "0755" },
    ),
    // Read for every request, so names can be added without a restart.
    fileOf(
      `${folder}/rules.json`,
      renderAutosignRules({ hosts: args.infrastructure, serviceNames: args.serviceNames }),
      readableByServer,
    ),
    fileOf(`${folder}/agent.key`, pulumi.interpolate`${keys.agent}\n`, keyFile),
    fileOf(`${folder}/infrastructure.key`, pulumi.interpolate`${keys.infrastructure}\n`, keyFile),
  ];
}
