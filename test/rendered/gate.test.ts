import { beforeAll, describe, expect, it } from "vitest";
import { faultsOf, installGate, judged, made, type Tree } from "../support/rendered/gate.js";
import { good, goodBut } from "../support/rendered/gate-trees.js";
import { outputOf } from "../support/rendered/parsers.js";

const saying = (text: string) => expect.stringContaining(text) as string;
const base = "site-modules/profile";

beforeAll(async () => {
  await installGate();
  // Keys of hiera-eyaml: one is there, and the other in a folder that is not for the user that deploys.
  await outputOf(
    "install -d -m 0700 /etc/gate-keys && install -m 0644 /dev/null /tmp/gate-public.pem",
  );
});

it("finds no fault with what control repositories have", async () => {
  expect(await faultsOf("good", good)).toEqual([]);
});

it("names each fault with its file, its line and the reason", async () => {
  const bad: Tree = {
    "manifests/site.pp": "node default {\n  include profile::base\n",
    "manifests/folder.pp": { make: 'mkdir "$1"' },
    "manifests/deeper/bom.pp": "\uFEFFnode default {}\n",
    "functions/double.pp": "function environment::double($n) {\n  $n *\n}\n",
    [`${base}/manifests/base.pp`]: "class profile::base {\n  $a = { 'x' => 1, 'x' => 2 }\n}\n",
    [`${base}/manifests/place.pp`]: "\nclass profile::other {}\n",
    [`${base}/manifests/latin.pp`]: { make: 'printf "# caf\\351\\n" >"$1"' },
    [`${base}/types/level.pp`]: "type Profile::Level = Integer[0, 9\n",
    [`${base}/functions/later.pp`]: "function profile::later($x, $x) {}\n",
    [`${base}/templates/a.epp`]: "<%- | $a | -%>\n<% if $a { -%>\n<%= $a %>\n",
    [`${base}/templates/b.erb`]: "one\n<% @list.each do |one| %>\n<%= one ) %>\n<% end %>\n",
    [`${base}/lib/puppet/functions/profile/late.rb`]:
      "Puppet::Functions.create_function(:x) do\n\n",
    "modules/apache/metadata.json": '{\n  "name": "puppetlabs-apache",\n  "version": 12.0.0\n}\n',
    "site/role/metadata.json": '{"name": "site-role"}',
    "modules/apache/hiera.yaml": "---\nversion: 5\nhierarchy:\n  - name: os\n    file: x.yaml\n",
    "data/common.yaml": "a: 1\nb: 'never closed\n",
    "data/nodes/tab.yaml": "a:\n\tb: 1\n",
    "data/nodes/list.yaml": "- a\n",
    "data/secrets/common.eyaml": "a: ENC[PKCS7,MIIB]\nwhen: 2024-01-01\n",
    "data/plain.yaml": "a: ENC[PKCS7,MIIB]\n",
    "data/common.json": '{"a": 1,\n "password": hunter2}\n',
    "data/common.conf": "a = 1\nb = {\n",
  };
  const faults = await faultsOf("bad", goodBut(bad));
  expect(faults.sort()).toEqual(
    [
      ["manifests/site.pp", null, saying("Syntax error at end of input")],
      ["manifests/folder.pp", null, saying("it is a folder")],
      ["manifests/deeper/bom.pp", null, saying("Byte Order mark")],
      ["functions/double.pp", 3, saying("Syntax error at '}'")],
      [`${base}/manifests/base.pp`, 2, saying("The key 'x' is declared more than once")],
      [
        `${base}/manifests/place.pp`,
        2,
        saying(`unacceptable in file '${base}/manifests/place.pp'`),
      ],
      [`${base}/manifests/latin.pp`, null, "it is not UTF-8"],
      [`${base}/types/level.pp`, null, saying("Syntax error at end of input")],
      [`${base}/functions/later.pp`, 1, saying("'x' is declared more than once")],
      [`${base}/templates/a.epp`, null, saying("Syntax error at end of input")],
      [`${base}/templates/b.erb`, 3, saying("it is no Ruby: ")],
      [`${base}/lib/puppet/functions/profile/late.rb`, 2, saying("it is no Ruby: ")],
      ["modules/apache/metadata.json", null, "it is no JSON"],
      ["site/role/metadata.json", null, "No source module metadata provided for role"],
      ["modules/apache/hiera.yaml", null, saying("unrecognized key 'file'")],
      ["data/common.yaml", 2, saying("quoted scalar")],
      ["data/nodes/linked.yaml", 2, saying("quoted scalar")],
      ["data/nodes/tab.yaml", 2, saying("cannot start any token")],
      ["data/nodes/list.yaml", null, "it is no hash"],
      ["data/secrets/common.eyaml", null, "Tried to load unspecified class: Date"],
      [
        "hiera.yaml",
        null,
        "pkcs7_private_key of level Unused keys is /nowhere/private_key.pkcs7.pem, which is not there: put the key there on every server, for Puppet Server to read",
      ],
      ["data/common.json", null, "it is no JSON"],
      ["data/common.conf", 3, "it is no HOCON"],
    ].sort(),
  );
  // A site that is less strict has its files accepted as its Puppet Server accepts them.
  const relaxed = {
    "environment.conf": "modulepath = site-modules\n",
    [`${base}/manifests/base.pp`]: bad[`${base}/manifests/base.pp`] ?? "",
    "data/common.yaml": "- a\n",
  };
  expect(await faultsOf("relaxed", relaxed, { conf: "[server]\nstrict = warning\n" })).toEqual([]);
  expect((await faultsOf("relaxed", relaxed)).map(([file]) => file)).toEqual([
    `${base}/manifests/base.pp`,
    "data/common.yaml",
  ]);
});

describe("environment.conf", () => {
  const conf = "environment.conf";
  it.each<[name: string, tree: Tree, line: number | null, reason: string]>([
    [
      "nothing Puppet can read",
      { [conf]: "modulepath = a\nmanifest\n" },
      2,
      "Could not match line manifest",
    ],
    [
      "a missing manifest",
      { [conf]: "manifest = site.pp\n" },
      null,
      "there is no site.pp, which `manifest` names",
    ],
    [
      "no script",
      { [conf]: "config_version = scripts/none.sh\n" },
      null,
      "config_version cannot be run: No such file or directory - $environmentpath/production/scripts/none.sh",
    ],
    [
      "a script that fails",
      {
        [conf]: "config_version = a.sh one\n",
        "a.sh": "#!/bin/sh\necho first >&2; echo $1 2 >&2; exit 3\n",
      },
      null,
      "config_version fails: one 2",
    ],
    [
      "a script without a shell",
      { [conf]: "config_version = '/usr/bin/test a | /usr/bin/true'\n" },
      null,
      "config_version fails: test: ‘|’: binary operator expected",
    ],
    [
      "a link to a file elsewhere",
      { [conf]: { make: 'ln -s /etc/passwd "$1"' } },
      null,
      "it is no file of the environment",
    ],
    ["a pipe", { [conf]: { make: 'mkfifo "$1"' } }, null, "it is no file of the environment"],
  ])("with %s", async (_, tree, line, reason) => {
    expect(await faultsOf("conf", tree)).toEqual([[conf, line, reason]]);
  });

  it("has its command run with what Puppet puts in, without a shell", async () => {
    const absolute = {
      [conf]: "config_version = /tmp/gate/environments/production/version.sh\n",
      "version.sh": "#!/bin/sh\n",
    };
    expect(await faultsOf("absolute", absolute)).toEqual([]);
    const words = {
      [conf]: 'config_version = version.sh $environmentpath $environment "a b" > \n',
      "version.sh":
        '#!/bin/sh\ntest "$3$4" = "a b>" && test -e "$1/$2/version.sh" && ! read -r line\n',
    };
    expect(await faultsOf("words", words)).toEqual([]);
  });

  it("has its command end in time, with all that it started", async () => {
    const limits = "Gate.send(:remove_const, :VERSION); Gate::VERSION = 1";
    const hanging = {
      [conf]: "config_version = hang.sh\n",
      "hang.sh": "#!/bin/sh\nsleep 987 & sleep 986\n",
    };
    expect(await faultsOf("hanging", hanging, { limits })).toEqual([
      [conf, null, "config_version took longer than 1 s: $environmentpath/production/hang.sh"],
    ]);
    const forking = { [conf]: "config_version = fork.sh\n", "fork.sh": "#!/bin/sh\nsleep 987 &\n" };
    expect(await faultsOf("forking", forking)).toEqual([]);
    const loud = { [conf]: "config_version = loud.sh\n", "loud.sh": "#!/bin/sh\nexec yes\n" };
    expect(await faultsOf("loud", loud)).toMatchObject([
      [conf, null, saying("config_version fails: ")],
    ]);
    expect(await outputOf("pgrep -f '^(sleep 98[67]|yes)$' || true")).toBe("");
  });
});

describe("what is served already", () => {
  it("is not read again, unless it becomes part of the environment", async () => {
    const old = {
      "environment.conf": "modulepath = site\n",
      "other/a/manifests/init.pp": "class {",
      "site/b/manifests/init.pp": "class {",
      "site/b/hiera.yaml": "version: 5\nhierarchy: [{name: x, path: x.yaml}]\n",
      "site/b/data/x.yaml": "[1]\n",
    };
    const before = await made("before", old);
    const now = async (tree: Tree) => {
      const faults = await faultsOf("now", { ...old, ...tree }, { before });
      return faults.map(([file]) => file).sort();
    };
    expect(await now({})).toEqual([]);
    const other = { "site/b/manifests/init.pp": "class [" };
    expect(await now(other)).toEqual(["site/b/manifests/init.pp"]);
    expect(await now({ "site/b/data/x.yaml": "[2]\n" })).toEqual(["site/b/data/x.yaml"]);
    const hierarchy = "version: 5\nhierarchy: [{name: y, path: x.yaml}]\n";
    expect(await now({ "site/b/hiera.yaml": hierarchy })).toEqual(["site/b/data/x.yaml"]);
    expect(await now({ "environment.conf": "modulepath = site:other\n" })).toEqual([
      "other/a/manifests/init.pp",
      "site/b/data/x.yaml",
      "site/b/manifests/init.pp",
    ]);
    // As links, which releases have for what did not change.
    await outputOf("rm -rf /tmp/gate/linked && cp -al /tmp/gate/before /tmp/gate/linked");
    expect((await judged("/tmp/gate/linked", { before })).faults).toEqual([]);
  });
});

describe("whoever means harm", () => {
  it("sees nothing of other files, and stops nothing", async () => {
    await outputOf(
      "install -d -m 0755 /tmp/gate && printf 'secret: [of puppet-code\\n' >/tmp/gate/secret && chown puppet-code: /tmp/gate/secret",
    );
    const link = { make: 'ln -s /tmp/gate/secret "$1"' };
    const names = [
      "manifests/site.pp",
      "data/common.yaml",
      "hiera.yaml",
      "modules/a/metadata.json",
      "modules/a/templates/a.erb",
      "modules/a/templates/a.epp",
      "modules/a/lib/puppet/a.rb",
    ];
    expect(await faultsOf("links", Object.fromEntries(names.map((name) => [name, link])))).toEqual(
      [],
    );
    const pipes = Object.fromEntries(names.map((name) => [name, { make: 'mkfifo "$1"' }]));
    expect(await faultsOf("pipes", pipes)).toEqual([]);
    const loops = {
      data: { make: 'ln -s . "$1"' },
      modules: { make: 'ln -s . "$1"' },
      "manifests/a.pp": { make: 'ln -s a.pp "$1"' },
    };
    expect(await faultsOf("loops", loops)).toEqual([]);
    const root = { modules: { make: 'ln -s / "$1"' } };
    expect(await faultsOf("root", root)).toEqual([]);
  });

  it("cannot run anything by what is read", async () => {
    const run = 'File.write("/tmp/gate/ran", ""); BEGIN { File.write("/tmp/gate/ran", "") }\n';
    await faultsOf("running", {
      "modules/a/lib/puppet/functions/a.rb": run,
      "modules/a/templates/a.erb": `<% ${run} %>`,
      "manifests/site.pp": "generate('/bin/touch', '/tmp/gate/ran')\n",
      "data/common.yaml": "a: !ruby/object:Gem::Installer {}\n",
    });
    expect(await outputOf("ls /tmp/gate/ran 2>&1 || true")).toContain("No such file");
  });

  it("gets one sentence for what takes too much", async () => {
    const layers = Array.from(
      { length: 30 },
      (_, n) =>
        `l${String(n + 1)}: &l${String(n + 1)} [${Array(10)
          .fill(`*l${String(n)}`)
          .join(", ")}]`,
    );
    const tree = {
      "data/common.yaml": ["l0: &l0 lol", ...layers, ""].join("\n"),
      "hiera.yaml":
        "version: 5\nhierarchy:\n  - {name: a, paths: [common.yaml, deep.yaml, itself.yaml]}\n  - {name: b, data_hash: json_data, path: deep.json}\n",
      "data/deep.yaml": `a: ${"[".repeat(50_000)}\n`,
      "data/itself.yaml": "a: &a [*a]\n",
      "data/deep.json": "[".repeat(50_000),
      "manifests/site.pp": `$x = ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`,
      "modules/a/manifests/init.pp": `class ${"é".repeat(1000)}\u0007\n`,
    };
    const faults = await faultsOf("much", tree);
    expect(faults.map(([file]) => file).sort()).toEqual([
      "data/common.yaml",
      "data/deep.json",
      "data/deep.yaml",
      "data/itself.yaml",
      "manifests/site.pp",
      "modules/a/manifests/init.pp",
    ]);
    for (const [, , reason] of faults) expect(reason).toMatch(/^[^\p{Cc}]{1,300}$/u);
  });

  it("holds up no deploy for longer than the limit", async () => {
    const slow = "Gate.send(:remove_const, :PARSING); Gate::PARSING = 8";
    const large = {
      "data/common.yaml": {
        make: 'ruby -e \'puts "a:"; 1_000_000.times { puts " - {b: c, d: [e, f]}" }\' >"$1"',
      },
    };
    const folder = await made("large", large);
    expect((await judged(folder, { limits: slow })).faults).toEqual([
      ["data/common.yaml", null, "reading it took longer than 8 s"],
    ]);
  });
});
