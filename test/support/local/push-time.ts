import { expect } from "vitest";
import { as, commit, commitsOn, idle, lastDeployment, push, repository } from "./code.js";
import { output } from "../environment.js";

/** Modules as sites have them: those from the Forge that Debian packages. */
const modules = [
  ...["apache", "apt", "augeas-core", "concat", "cron-core", "firewall", "haproxy", "host-core"],
  ...["inifile", "java", "java-ks", "mailalias-core", "mongodb", "mount-core", "mysql", "ntp"],
  ...["postgresql", "rabbitmq", "rsync", "selinux-core", "sshkeys-core", "stdlib", "tftp"],
  ...["translate", "vcsrepo", "xinetd"],
];

/** Creates repositories of real modules on the main server, and a Puppetfile with all of them. */
async function puppetfile(): Promise<string> {
  const packages = modules.map((name) => `puppet-module-puppetlabs-${name}`);
  await output(
    "main",
    `set -e
test -d /srv/modules && exit 0
cd "$(mktemp -d)"
apt-get update -qq
apt-get download -qq ${packages.join(" ")} >/dev/null
for package in *.deb; do dpkg -x "$package" tree; done
for name in ${modules.join(" ")}; do
  module=tree/usr/share/puppet/modules.available/puppetlabs-$name
  git -C "$module" init --quiet --initial-branch=main
  git -C "$module" add --all
  git -C "$module" -c user.name=test -c user.email=test@localhost commit --quiet --message test
  git clone --quiet --bare "$module" /srv/modules/$name.git
done
chown -R puppet-code: /srv/modules`,
  );
  return modules
    .map(
      (name) =>
        `mod '${name.replace("-", "_")}', :git => 'file:///srv/modules/${name}.git', :branch => 'main'\n`,
    )
    .join("");
}

/** Seconds of the last deploy by the main server's clock: from the request to the last server's result. */
async function deploySeconds(): Promise<number> {
  const { requests } = await lastDeployment();
  const finished = Number(
    await output("main", "stat --format %.Y /var/lib/puppet-code-request/result/deployment.json"),
  );
  // A request is named after its time in milliseconds.
  return finished - Number(requests[0]?.split("-")[0]) / 1000;
}

/** How much longer a push to all servers may take than r10k alone. */
const bound = 1.5;

/**
 * Seconds from a push to its commit on every server, and of r10k alone, measured in turn, each the best of a few: of
 * two if they show that a push is quick enough, of up to six if the machine is busy.
 */
export async function measurePushes(compilers: readonly string[]): Promise<void> {
  await idle();
  const servers = ["main", ...compilers];
  const files = { Puppetfile: await puppetfile() };
  const alone = "/var/lib/puppet-code/alone";
  const r10k = `cd / && HOME=/var/lib/puppet-code r10k deploy environment production --modules --config ${alone}/r10k.yaml`;
  let [everywhere, locally] = [Infinity, Infinity];
  const quickEnough = () => everywhere <= bound * locally;
  // The first deploy fetches the modules, which later ones already have.
  await commit("production", files);
  await push("production");
  await idle();
  // As without this project: it asks the Git server itself, in folders of its own, and generates types.
  const mirror = "/var/lib/puppet-code/mirrors/control.git";
  const remote = `ssh://puppet-control@main.example.test${repository}`;
  await as(
    "puppet-code",
    `mkdir -p ${alone} && sed -e 's#${mirror}#${remote}#' -e 's#/var/lib/puppet-code/#${alone}/#' -e 's#^deploy:#&\\n  generate_types: true\\n  puppet_path: /usr/bin/puppet\\n  puppet_conf: /etc/puppet/puppet.conf#' /etc/puppet-code/r10k.yaml >${alone}/r10k.yaml && ${r10k}`,
  );
  for (let round = 1; round <= 2 || (round <= 6 && !quickEnough()); round += 1) {
    const data = (message: string) => ({
      "data/common.yaml": `role: role::base\nprofile::motd::message: ${message} ${String(round)}\n`,
    });
    const head = (await commit("production", data("pushed"))).slice(0, 12);
    await push("production");
    await idle();
    expect(await commitsOn(servers)).toEqual(servers.map(() => head));
    everywhere = Math.min(everywhere, await deploySeconds());
    await commit("production", data("alone"));
    const since = Date.now();
    await as("puppet-code", r10k);
    locally = Math.min(locally, (Date.now() - since) / 1000);
  }
  console.log(
    `${String(compilers.length)} compilers: a push is everywhere after ${everywhere.toFixed(1)} s, r10k alone takes ${locally.toFixed(1)} s: ${(everywhere / locally).toFixed(2)}`,
  );
  expect(everywhere).toBeLessThanOrEqual(bound * locally);
  await as("puppet-code", `rm -rf ${alone}`);
  await commit("production", { Puppetfile: "# Nothing.\n" });
  await push("production");
  await idle();
}
