import { beforeAll, describe, expect, it } from "vitest";
import { debian } from "../../distributions/debian.js";
import {
  renderCompile,
  renderLibrary,
  renderMainLibrary,
} from "../../templates/code-deployment/code-deployment.js";
import { inParsers } from "../support/rendered/parsers.js";

const folder = "/tmp/canaries";

async function bash(script: string, stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await inParsers(
    ["bash", "-euo", "pipefail", "-c", script],
    stdin,
  );
  if (code !== 0) throw new Error(`exit ${String(code)}: ${stderr}`);
  return stdout.trimEnd();
}

/** Writes a file with the folders of a host in a folder of this test's own. */
const install = (name: string, content: string) =>
  bash(
    `install -D -m 0755 /dev/stdin ${folder}/${name}`,
    content
      .replaceAll("/usr/local/lib/puppet-code", `${folder}/lib`)
      .replaceAll("/etc/puppet-code", `${folder}/etc`)
      .replaceAll("/var/lib/puppet-code", `${folder}/home`),
  );

describe("compilers that are asked whether catalogs compile", () => {
  beforeAll(async () => {
    await bash(`rm -rf ${folder}; mkdir -p ${folder}/home`);
    await install("lib/puppet_code.rb", renderLibrary());
    await install("lib/canaries.rb", renderMainLibrary()["canaries.rb"] ?? "");
    // Each answers as its name says, and notes that it was asked.
    await install(
      "bin/ssh",
      `#!/bin/sh
echo "$2" >>${folder}/asked
case $2 in
  *@good) echo '{"faults": [], "seconds": 1}' ;;
  *@faulty) echo '{"faults": [["manifests/site.pp", 3, "the catalog of web1 does not compile: no"]]}' ;;
  *@unable) echo '{"error": "compiling could not be started"}' ;;
  *@odd) echo '[]' ;;
  *@endless) exec yes '{"faults": [' ;;
  *) echo "ssh: connect to host $2: Connection refused" >&2; exit 255 ;;
esac
`,
    );
  });

  /** What the main server says of environments that are published one after the other, and whom it has asked. */
  async function faults(
    compilers: readonly string[],
    { first = false, learnt = true, times = 1 } = {},
  ): Promise<{ said: unknown[]; asked: string[]; told: string }> {
    const settings = {
      gate: "compile",
      canaries: { nodes: ["web1"], compilers: compilers.map((name) => ({ name, fqdn: name })) },
    };
    await install("etc/settings.json", JSON.stringify(settings));
    await bash(
      `rm -f ${folder}/asked ${folder}/home/compilers-compile; ${learnt ? `touch ${folder}/home/compilers-compile` : ":"}`,
    );
    const script = `
      require "${folder}/lib/canaries"
      Canaries.reset
      said = Array.new(${String(times)}) { Canaries.faults("production", "r1", first: ${String(first)}) }
      warn JSON.generate(said)`;
    const { code, stdout, stderr } = await inParsers(
      ["env", `PATH=${folder}/bin:/usr/bin:/bin`, "ruby", "--disable-gems", "-e", script],
      "",
    );
    expect(code, stderr).toBe(0);
    const asked = await bash(`sed 's/.*@//' ${folder}/asked`);
    return {
      said: JSON.parse(stderr) as unknown[],
      asked: asked.split("\n").filter(Boolean),
      told: stdout,
    };
  }

  it("are asked until one answers, whose faults have its name", async () => {
    expect(await faults(["unable", "away", "good", "faulty"])).toMatchObject({
      said: [[]],
      asked: ["unable", "away", "good"],
    });
    expect((await faults(["faulty", "good"])).said).toEqual([
      [["manifests/site.pp", 3, "the catalog of web1 does not compile: no (on faulty)"]],
    ]);
  });

  it("are asked once in a deploy if they cannot, whatever they answer", async () => {
    const { said, asked } = await faults(["odd", "endless", "away", "good"], { times: 3 });
    expect(said).toEqual([[], [], []]);
    expect(asked).toEqual(["odd", "endless", "away", "good", "good", "good"]);
  });

  it("refuse a release if none can, unless it is a first one, or none has ever compiled", async () => {
    const none = ["unable", "away"];
    expect((await faults(none)).said).toEqual([
      [
        [
          null,
          null,
          "no compiler could compile its catalogs: unable: compiling could not be started, away: unreachable",
        ],
      ],
    ]);
    for (const when of [{ first: true }, { learnt: false }]) {
      const { said, told } = await faults(none, when);
      expect(said).toEqual([[]]);
      expect(told).toMatch(/^<5>production is published without compiling, .*: unable: compiling/);
    }
  });
});

describe("the script that compiles", () => {
  const compiled = async (
    files: Readonly<Record<string, string>>,
    conf = "",
    nodes: readonly string[] = ["web1.example.test"],
  ) => {
    await bash(
      `rm -rf ${folder}/home/published ${folder}/conf ${folder}/code; mkdir -p ${folder}/code/production`,
    );
    await install(
      "conf/puppet.conf",
      `[main]\ncertname = compiler1.example.test\n[server]\n${conf}`,
    );
    await install(
      "conf/classifier",
      "#!/bin/sh\necho 'environment: production'\necho 'classes: [role::web]'\n",
    );
    for (const [name, content] of Object.entries(files)) {
      await install(`home/published/development/r1/${name}`, content);
    }
    const values = { confdir: `${folder}/conf`, ssldir: `${folder}/ssl` };
    await install(
      "compile",
      renderCompile({ ...debian.paths, ...values, environments: `${folder}/code` }),
    );
    const wish = JSON.stringify({ environment: "development", release: "r1", nodes });
    const { stdout } = await inParsers([`${folder}/compile`], wish);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
  };
  const node = { node: "web1.example.test" };

  it("compiles each node, and says file, line and reason of a fault", async () => {
    const site = "manifests/site.pp";
    expect(await compiled({ [site]: "notify { $trusted['certname']: }\n" })).toEqual([
      node,
      { done: true },
    ]);
    const two = await compiled(
      { [site]: "# A comment.\nif $trusted['hostname'] == 'web2' { include role::missing }\n" },
      "",
      ["web1.example.test", "web2.example.test"],
    );
    expect(two).toEqual([
      node,
      { node: "web2.example.test" },
      {
        fault: [
          site,
          2,
          "the catalog of web2.example.test does not compile: Could not find class ::role::missing for web2.example.test",
        ],
      },
      { done: true },
    ]);
  });

  it("goes on after whatever the code does, and takes nothing that it prints for an answer", async () => {
    const evil = (body: string) =>
      `Puppet::Functions.create_function(:evil) do\n  def evil\n    ${body}\n  end\nend\n`;
    const files = { "manifests/site.pp": "evil()\n" };
    const path = "lib/puppet/functions/evil.rb";
    const outcome = async (body: string) => {
      const module = { [`modules/evil/${path}`]: evil(body), "modules/evil/metadata.json": "{}" };
      return JSON.stringify(await compiled({ ...files, [path]: evil(body), ...module }));
    };
    expect(await outcome("puts '{\"done\": true}'; raise 'no'")).toMatch(
      /does not compile: .*no.*"done":true/,
    );
    expect(await outcome("raise NotImplementedError, 'later'")).toMatch(
      /does not compile: .*later.*"done":true/,
    );
    expect(await outcome("def again = again; again")).toMatch(
      /does not compile: .*stack.*"done":true/,
    );
    expect(await outcome('raise "\\xff".b')).toMatch(/does not compile: .*"done":true/);
    // It is ended, and says no more.
    expect(await outcome("exit!")).toBe(JSON.stringify([node]));
  });

  it("compiles the environment that is asked for, whatever the classifier names", async () => {
    const classifier = `node_terminus = exec\nexternal_nodes = ${folder}/conf/classifier\n`;
    const ruby = `
      require "${folder}/tried"
      environment = Puppet.lookup(:environments).get!("development")
      node = classified("web1.example.test", Puppet::Node::Facts.new("web1.example.test", {}), environment, true)
      ANSWER.puts JSON.generate(node.classes)`;
    await compiled({ "manifests/site.pp": "" }, classifier);
    await bash(
      `sed '/^wish = /,$d' ${folder}/compile >${folder}/tried.rb; mkdir -p ${folder}/work`,
    );
    const { stdout, stderr } = await inParsers([
      ...["ruby", "-e"],
      ruby.replace(
        "environment = ",
        `configure("${folder}/work", "development", "r1"); environment = `,
      ),
    ]);
    expect(stdout.trim(), stderr).toBe('["role::web"]');
  });
});
