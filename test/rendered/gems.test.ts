import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderGems, renderPackagedGems } from "../../templates/puppetserver/gems.js";
import type { Result } from "../../tools/lib/shell.js";
import { distributionNames } from "../support/host-files/files.js";
import { inParsers, outputOf } from "../support/rendered/parsers.js";

const { paths, users } = distributions.debian;
const port = 8808;
const source = `http://127.0.0.1:${String(port)}`;
const [folder, unit] = ["/var/tmp/gems-test", "gems-test-mirror"];
const specifications = `ls ${paths.serverGems}/specifications`;

const script = (install: readonly string[]) => renderGems({ ...paths, install, source });

/** Runs a script as Puppet Server's user, or another one. */
function asUser(content: string, ...words: readonly string[]): Promise<Result> {
  const run = `cat >${folder}/script && chmod 0755 ${folder}/script && exec runuser --user ${users.puppet} -- ${folder}/script "$@"`;
  return inParsers(["sh", "-c", run, "sh", ...words], content);
}

/** A mirror as it is on disk: each gem, and three indexes. */
const mirror = `
require "fileutils"; require "rubygems/package"; require "zlib"
def built(name, version, *needed)
  FileUtils.mkdir_p("lib")
  File.write("lib/#{name}.rb", "#{name.upcase} = '#{version}'\\n")
  spec = Gem::Specification.new(name, version) do |s|
    s.summary = s.author = "test"
    s.files = ["lib/#{name}.rb"]
    needed.each { |other| s.add_dependency(other, "~> 1.0") }
  end
  FileUtils.mv(Gem::Package.build(spec, true), "gems")
  spec
end
FileUtils.mkdir_p(%w[gems quick/Marshal.4.8])
specs = [built("greeting", "1.2.0", "politeness"), built("greeting", "1.10.0", "politeness"), built("politeness", "1.0.0")]
index = specs.map { |spec| [spec.name, spec.version, "ruby"] }
{ "specs" => index, "latest_specs" => index, "prerelease_specs" => [] }.each do |name, list|
  Zlib::GzipWriter.open("#{name}.4.8.gz") { |file| file.write(Marshal.dump(list)) }
end
specs.each { |spec| File.binwrite("quick/Marshal.4.8/#{spec.full_name}.gemspec.rz", Zlib.deflate(Marshal.dump(spec))) }
`;

beforeAll(async () => {
  await outputOf(
    `rm -rf ${folder}; mkdir ${folder}; cd ${folder}; ruby -e "$(cat)" 2>/dev/null
systemctl stop ${unit} 2>/dev/null || true
systemd-run --quiet --collect --unit ${unit} --working-directory ${folder} python3 -m http.server ${String(port)} --bind 127.0.0.1
timeout 20 sh -c 'until curl --silent --fail --output /dev/null ${source}/specs.4.8.gz; do sleep 0.1; done'
chown --recursive --no-dereference ${users.puppet}: ${paths.serverGems}
# As if the settings had been without a version before.
gem install --local --no-document --ignore-dependencies --install-dir ${paths.serverGems} gems/greeting-1.10.0.gem
chown --recursive --no-dereference ${users.puppet}: ${paths.serverGems}`,
    mirror,
  );
});

afterAll(async () => {
  await outputOf(`systemctl stop ${unit}; rm -rf ${folder} ${paths.serverGems}/*`);
});

describe("gems of Puppet Server", () => {
  it("are there in one version with what they need, and its Ruby loads them", async () => {
    const install = script(["greeting:1.2.0", "hocon"]);
    expect((await asUser(install, "--check")).code).toBe(1);
    const installed = await asUser(install);
    expect(installed).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await outputOf(specifications)).toBe("greeting-1.2.0.gemspec\npoliteness-1.0.0.gemspec");
    expect((await asUser(install, "--check")).code).toBe(0);
    const loads = `cd ${folder}; runuser --user ${users.puppet} -- ${paths.puppetserver} ruby -e 'require "greeting"; require "politeness"; puts GREETING + POLITENESS' | tail -n 1`;
    expect(await outputOf(loads)).toBe("1.2.01.0.0");
  }, 120_000);

  it("that cannot be had are named, with the reason and where they were to come from", async () => {
    const { code, stderr } = await asUser(script(["nowhere:3.0", "hocon"]));
    expect(code).toBe(1);
    expect(stderr).toBe(
      `puppet:serverGems.install: nowhere 3.0 could not be installed from ${source}: Could not find a valid gem 'nowhere' (= 3.0) (required by 'nowhere' (3.0)) in any repository\n`,
    );
  });

  it("are refused in a version below one that Puppet Server has in any case", async () => {
    const { code, stderr } = await asUser(script(["hocon:1.0"]));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /which would be used all the same: hocon \d.*; write that one, a higher/,
    );
  });

  it.each(distributionNames)("are installed by a script that Ruby accepts on %s", async (name) => {
    const content = renderGems({ ...distributions[name].paths, install: ["a:1", "b"] });
    const { code, stdout, stderr } = await inParsers(["ruby", "-wc"], content);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "Syntax OK\n", stderr: "" });
  });
});

describe("gems of packages", () => {
  const [from, to] = [`${folder}/packaged`, `${folder}/vendored`];
  const link = renderPackagedGems({ gems: ["hiera-eyaml", "optimist"], folder: from, to });
  const run = (...words: readonly string[]) => inParsers(["sh", "-s", "--", ...words], link);

  it("are found by links, also after their package has another version", async () => {
    const packaged = (...names: readonly string[]) =>
      `for name in ${names.join(" ")}; do mkdir -p ${from}/gems/$name ${from}/specifications; touch ${from}/specifications/$name.gemspec; done`;
    await outputOf(
      `mkdir -p ${to}/gems ${to}/specifications; ${packaged("hiera-eyaml-4.2.0", "hiera-eyaml-gpg-1.0")}`,
    );
    const incomplete = await run();
    expect(incomplete).toMatchObject({ code: 1, stderr: `the gem optimist is not in ${from}\n` });
    await outputOf(packaged("optimist-3.1.0"));
    expect((await run("--check")).code).toBe(1);
    expect(await run()).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await run("--check")).code).toBe(0);

    await outputOf(`rm -r ${from}/*/optimist-*; ${packaged("optimist-3.2.0")}`);
    expect((await run("--check")).code).toBe(1);
    expect((await run()).code).toBe(0);
    expect(await outputOf(`cd ${to}; ls -d */*`)).toBe(
      [
        ...["gems/hiera-eyaml-4.2.0", "gems/optimist-3.2.0"],
        ...["specifications/hiera-eyaml-4.2.0.gemspec", "specifications/optimist-3.2.0.gemspec"],
      ].join("\n"),
    );
  });
});
