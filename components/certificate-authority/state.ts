import * as pulumi from "@pulumi/pulumi";
import type { Distribution } from "../../distributions/index.js";
import {
  absenceOf,
  directoryOf,
  execOf,
  fileOf,
  timerOf,
  type HostState,
} from "../../hosts/host-state.js";
import { startsMounted } from "../../hosts/mounts.js";
import {
  enrolProgram,
  renderAutosignPolicy,
  renderAutosignRules,
  renderEnrol,
  renderEnrolNames,
  renderPurgeService,
  renderPurgeTimer,
} from "../../templates/autosign/autosign.js";
import { readerSuffix } from "../../templates/puppetdb/puppetdb.js";
import { renderCaConf } from "../../templates/puppetserver/puppetserver.js";
import type { WithDistribution } from "../arguments.js";
import type { CertificateAuthorityArgs } from "./args.js";

const autosignFolder = ({ paths }: Distribution) => `${paths.confdir}/autosign`;

/** Path of the autosign policy, which decides which requests are signed. */
export const autosignPolicy = (distribution: Distribution) =>
  `${autosignFolder(distribution)}/policy`;

/** Host state that makes a main server the CA. */
export function certificateAuthorityState(
  args: WithDistribution<CertificateAuthorityArgs>,
  keys: { agent: pulumi.Output<string>; hosts: pulumi.Output<string> },
): HostState {
  const { distribution, caName } = args;
  const { paths, users, services } = distribution;
  const folders = [paths.cadir, paths.ssldir];
  const takeOver = `for folder in ${folders.join(" ")}; do test ! -d $folder || chown --recursive ${users.puppet}: $folder || exit 1; done`;
  return [
    ...startsMounted(services.server, folders),
    ...autosign(args, keys),
    fileOf(`${paths.serverConfdir}/ca.conf`, renderCaConf(), {
      notify: `Service[${services.server}]`,
    }),
    // On a volume from a different machine, the same user may have had a different UID.
    execOf("the service owns its certificates", ["sh", "-c", takeOver], {
      unless: `sh -c 'test -z "$(find ${folders.join(" ")} ! -user ${users.puppet} -print -quit 2>/dev/null)"'`,
    }),
    directoryOf(paths.cadir, { owner: users.puppet, group: users.puppet, mode: "0750" }),
    // Before the first start: otherwise the server creates a CA of its own, without a root and with a default name.
    execOf(
      "set up the certificate authority",
      [
        // As the owner of its folders: root would follow a link in them.
        ...["runuser", "--user", users.puppet, "--"],
        ...["env", "--chdir=/", `HOME=${paths.serverVardir}`, paths.puppetserver, "ca", "setup"],
        ...["--config", `${paths.confdir}/puppet.conf`],
        ...["--ca-name", caName, "--root-ca-name", `${caName} root`],
        ...["--subject-alt-names", args.subjectAltNames.join(",")],
      ],
      { creates: `${paths.cadir}/ca_crt.pem` },
    ),
    // Before any server accepts the hosts: this host comes first.
    execOf("names of new hosts are free", [enrolProgram, "--free"], {
      unless: `${enrolProgram} --is-free`,
    }),
    ...timerOf("puppet-refused-requests", {
      service: renderPurgeService({ user: users.puppet, cadir: paths.cadir }),
      timer: renderPurgeTimer(),
    }),
  ];
}

/** The autosign policy, which decides which requests are signed, the files it reads, and the program that enrols hosts. */
function autosign(
  args: WithDistribution<CertificateAuthorityArgs>,
  keys: { agent: pulumi.Output<string>; hosts: pulumi.Output<string> },
): HostState {
  const { paths, users } = args.distribution;
  const directory = autosignFolder(args.distribution);
  const readableByServer = { group: users.puppet, mode: "0640" };
  const keyFile = { ...readableByServer, sensitive: true };
  const program = { ...paths, directory, signedByHand: readerSuffix };
  const trusted = pulumi.output(args.trusted ?? []);
  const review = `${enrolProgram} --review`;
  return [
    directoryOf(directory),
    fileOf(
      autosignPolicy(args.distribution),
      renderAutosignPolicy({ ...program, rundir: paths.serverRundir }),
      { mode: "0755" },
    ),
    fileOf(enrolProgram, renderEnrol({ ...program, user: users.puppet }), { mode: "0755" }),
    fileOf(
      `${directory}/names.json`,
      trusted.apply((trusted) => renderEnrolNames({ hosts: args.hosts, trusted })),
    ),
    execOf("enrol the hosts of a CA without enrolment", [enrolProgram, "--former"], {
      unless: `sh -c 'test -d ${paths.cadir}/hosts.d || ! test -d ${paths.cadir}/signed'`,
    }),
    // Before the names are trusted anywhere: reserving one does not take it from an agent that has it.
    execOf("names that are trusted are held by no agent", review, { unless: review }),
    // Read for every request, so names can be added without a restart.
    fileOf(
      `${directory}/rules.json`,
      trusted.apply((trusted) =>
        renderAutosignRules([...args.infrastructure, ...args.serviceNames, ...trusted]),
      ),
      readableByServer,
    ),
    fileOf(`${directory}/agent.key`, pulumi.interpolate`${keys.agent}\n`, keyFile),
    fileOf(`${directory}/hosts.key`, pulumi.interpolate`${keys.hosts}\n`, keyFile),
    // The key that an earlier version left on every host.
    absenceOf(`${directory}/infrastructure.key`),
  ];
}
