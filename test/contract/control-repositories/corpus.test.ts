import { afterAll, beforeAll, expect, it } from "vitest";
import { CodeLab } from "../../support/contract/code-lab.js";

/** Modules of many vendors that Debian packages, as `vendor-name`. */
const packages = [
  ...["aboe-chrony", "antonlindstrom-powerdns", "arioch-redis", "camptocamp-kmod"],
  ...["camptocamp-openssl", "camptocamp-postfix", "camptocamp-systemd", "cristifalcas-etcd"],
  ...["deric-zookeeper", "duritong-sysctl", "heini-wait-for", "icann-quagga", "icann-tea"],
  ...["joshuabaird-ipaclient", "pcfens-filebeat", "puppetlabs-apache", "puppetlabs-apt"],
  ...["puppetlabs-augeas-core", "puppetlabs-concat", "puppetlabs-cron-core"],
  ...["puppetlabs-firewall", "puppetlabs-haproxy", "puppetlabs-host-core", "puppetlabs-inifile"],
  ...["puppetlabs-java", "puppetlabs-mailalias-core", "puppetlabs-mount-core"],
  ...["puppetlabs-mysql", "puppetlabs-ntp", "puppetlabs-postgresql", "puppetlabs-rabbitmq"],
  ...["puppetlabs-rsync", "puppetlabs-selinux-core", "puppetlabs-sshkeys-core"],
  ...["puppetlabs-stdlib", "puppetlabs-tftp", "puppetlabs-vcsrepo", "puppetlabs-xinetd"],
  ...["richardc-datacat", "saz-memcached", "saz-ssh", "theforeman-dns"],
  ...["voxpupuli-alternatives", "voxpupuli-archive", "voxpupuli-collectd", "voxpupuli-corosync"],
  ...["voxpupuli-elastic-stack", "voxpupuli-posix-acl", "voxpupuli-ssh-keygen"],
];
/** Name of a package's module. */
const moduleOf = (name: string) => name.replace(/^[^-]+-/, "").replaceAll("-", "_");
const node = "web1.example.test";

/** What a site would do with some of them. */
const site = `node '${node}' {
  include stdlib
  include rsync
  include mysql::client
  include ntp
  class { 'apache': default_vhost => false, mpm_module => 'event' }
  apache::vhost { 'www.example.test': port => 80, docroot => '/srv/www', manage_docroot => false }
  class { 'memcached': max_memory => 64 }
  concat { '/etc/motd': ensure => present }
  concat::fragment { 'os': target => '/etc/motd', content => $facts['os']['name'] }
  ini_setting { 'one': path => '/etc/one.ini', section => 'a', setting => 'b', value => 'c' }
  archive { '/tmp/a.tar.gz': source => 'https://example.test/a.tar.gz' }
  cron { 'tidy': command => lookup('tidy'), hour => 3 }
  host { 'db.example.test': ip => '192.0.2.7' }
}
`;
const used = ["Apache::Vhost", "Archive", "Class", "Concat", "Cron", "Host", "Ini_setting"];

let lab: CodeLab;
beforeAll(async () => {
  lab = await CodeLab.start("corpus", "r10k");
  const repositories = packages.map((name) => `${name} ${moduleOf(name)}\n`).join("");
  await lab.run(
    `cd "$(mktemp -d)"; apt-get update -qq
apt-get download -qq ${packages.map((name) => `puppet-module-${name}`).join(" ")} >/dev/null 2>&1
mkdir -p /srv/modules
while read -r name module; do
  dpkg -x puppet-module-"$name"_*.deb "$name"
  mv "$name"/usr/share/puppet/modules.available/* /srv/modules/"$module"
  cd /srv/modules/"$module"
  git init --quiet --initial-branch=main; git add --all; git commit --quiet --message test
  cd "$OLDPWD"
done`,
    repositories,
  );
  const modules = packages.map(moduleOf);
  await lab.commit("production", {
    "manifests/site.pp": site,
    "data/common.yaml": "tidy: /bin/true\n",
    "hiera.yaml":
      "version: 5\nhierarchy:\n  - name: common\n    path: common.yaml\ndefaults: { datadir: data, data_hash: yaml_data }\n",
    Puppetfile: modules
      .map((name) => `mod '${name}', git: 'file:///srv/modules/${name}', branch: 'main'\n`)
      .join(""),
  });
});
afterAll(() => lab.remove());

it.each(["r10k", "g10k"] as const)(
  `%s deploys a site with ${String(packages.length)} modules of Debian's packages, which pass the gate and compile`,
  async (tool) => {
    expect(packages.length).toBeGreaterThanOrEqual(40);
    await lab.settings({ tool, gate: "syntax" });
    expect(await lab.deploy()).toMatchObject({ outcome: "success", errors: [] });
    // r10k leaves out the tests of modules.
    const missing = `cd /srv/modules; for one in *; do (cd $one; git ls-files | grep -v ^spec/) | while read -r file; do test -e /srv/environments/production/modules/$one/"$file" || test -L /srv/environments/production/modules/$one/"$file" || echo $one/"$file"; done; done`;
    expect(await lab.run(missing)).toBe("");

    const compiled = await lab.run(
      `puppet catalog compile ${node} --environmentpath /srv/environments --environment production --facts_terminus facter --render-as json 2>/dev/null`,
    );
    const { resources } = JSON.parse(compiled.slice(compiled.indexOf("{"))) as {
      resources: { type: string; file?: string }[];
    };
    expect(resources.map(({ type }) => type)).toEqual(expect.arrayContaining(used));
    const from = resources.flatMap(({ file }) => /\/modules\/([^/]+)/.exec(file ?? "")?.[1] ?? []);
    expect(new Set(from).size).toBeGreaterThanOrEqual(5);
  },
);
