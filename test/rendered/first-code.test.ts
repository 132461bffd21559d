import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { noOwnEnvironments } from "../../components/control-repository/own-environments.js";
import { distributions } from "../../distributions/index.js";
import { renderConvergeScript } from "../../hosts/host-configuration.js";
import { compose, resourceOf, stateOf, type State } from "../support/infrastructure.js";
import { inParsers, outputOf as sh } from "../support/rendered/parsers.js";

/** In place of the folders of code on a host. */
const folder = "/tmp/first-code-test";
const environments = "/etc/puppet/code/environments";

/** A command of a host's state, with this test's own folders. */
const moved = (command: string) =>
  command
    .replaceAll(environments, `${folder}/environments`)
    .replaceAll("/var/lib/puppet-code-request/result", folder)
    .replaceAll(/\/(var\/lib|etc)\/puppet-code\b/g, folder)
    .replaceAll("/usr/local/sbin/puppet-code-request", `${folder}/request`);

let main: State;
let compiler: State;

beforeAll(async () => {
  const { find } = await compose(distributions.debian, { codeDeployment: { tool: "r10k" } });
  main = stateOf(String(find("main-code-run").inputs.stdin));
  compiler = stateOf(String(find("compiler1-code-run").inputs.stdin));
  await sh(`getent passwd puppet-code || useradd --system --user-group puppet-code`);
});
beforeEach(() =>
  sh(`rm -rf ${folder}; install -d -o puppet-code ${folder}
    cd ${folder}; runuser -u puppet-code -- mkdir -p environments published/production/r1 published/team/r1`),
);
afterAll(() => sh(`rm -rf ${folder}`));

describe("environments of a site's own", { timeout: 120_000 }, () => {
  const state = noOwnEnvironments(distributions.debian);
  const converge = () =>
    inParsers(
      ["bash", "-s"],
      renderConvergeScript("first-code", "main.example.test", distributions.debian, state as never),
    );
  const repository = "/var/lib/puppet-control/control.git";
  const clean = `rm -rf ${environments}/first* ${repository}/packed-refs /usr/local/share/puppet-site.pp /srv/first-code; mkdir -p ${environments} ${repository}`;

  beforeAll(() => sh(clean));
  afterAll(() => sh(clean));

  it("are refused by name, unless they are deployed, empty or what every server has", async () => {
    await sh(`cd ${environments}; mkdir -p first_empty/modules first_made/manifests /usr/local/share
      echo made | tee /usr/local/share/puppet-site.pp >first_made/manifests/site.pp
      ln -s /var/lib/puppet-code/published/production/r1 first_deployed`);
    expect((await converge()).code).toBe(0);
    await sh(`cd ${environments}; mkdir -p first_site/modules/a first_changed/manifests /srv/first-code
      touch first_site/modules/a/init.pp /srv/first-code/hiera.yaml; ln -s /srv/first-code first_linked; echo other >first_changed/manifests/site.pp`);
    const { code, stderr } = await converge();
    expect(code).toBe(1);
    expect(stderr).toContain(
      `main.example.test: ${environments} has environments that this stack did not deploy: first_changed, first_linked, first_site; set puppet:codeDeployment.sources to the repositories that they come from, or `,
    );
  });

  it("are not looked for once the control repository is there", async () => {
    await sh(
      `mkdir -p ${environments}/first_site; touch ${environments}/first_site/hiera.yaml; echo ref >${repository}/packed-refs`,
    );
    expect((await converge()).code).toBe(0);
  });
});

describe("the first deploy", () => {
  const deploy = async (exit: number) => {
    const [, , script = ""] = resourceOf(main, "deploy the code").parameters.command as string[];
    await sh(
      `rm -f ${folder}/deployed; printf '#!/bin/sh\nexit ${String(exit)}\n' >${folder}/request; chmod 0755 ${folder}/request`,
    );
    const { code } = await inParsers(["sh", "-c", moved(script)]);
    return { code, deployed: await sh(`ls ${folder}/deployed 2>/dev/null || true`) };
  };
  const done = { code: 0, deployed: `${folder}/deployed` };

  it("is done although compilers do not answer yet, but not if this server has other code in the way", async () => {
    await sh(`cd ${folder}/environments; ln -s ../published/production/r1 production; mkdir team`);
    expect(await deploy(2)).toEqual({ code: 1, deployed: "" });
    await sh(`cd ${folder}/environments; rmdir team; ln -s ../published/team/r1 team`);
    expect(await deploy(2)).toEqual(done);
    expect(await deploy(0)).toEqual(done);
    expect(await deploy(1)).toEqual({ code: 1, deployed: "" });
  });

  it("is done although an environment has a fault, but not without production", async () => {
    await sh(`cd ${folder}/environments; ln -s ../published/production/r1 production
      ln -s ../published/team/r1 team`);
    expect(await deploy(2)).toEqual(done);
    await sh(`rm ${folder}/environments/production; rm -r ${folder}/published/production`);
    expect(await deploy(2)).toEqual({ code: 1, deployed: "" });
  });

  it("tells what could not be deployed", async () => {
    const { command, unless } = resourceOf(main, "some code could not be deployed").parameters;
    const result = (errors: string[]) =>
      inParsers(["tee", `${folder}/deployment.json`], JSON.stringify({ errors }, null, 2));
    const silent = () => inParsers(["sh", "-c", moved(String(unless))]);
    expect((await silent()).code).toBe(0);
    await result([]);
    expect((await silent()).code).toBe(0);
    await result(["team: Puppetfile has an error"]);
    expect((await silent()).code).toBe(1);
    const told = await inParsers((command as string[]).map(moved));
    expect(told).toMatchObject({ code: 0, stdout: "team: Puppetfile has an error\n" });
  });
});

it("a compiler has taken the code when it has no other in the way", async () => {
  const { unless } = resourceOf(compiler, "take the code for the first time").parameters;
  const taken = async () => (await inParsers(["sh", "-c", moved(String(unless))])).code === 0;
  expect(await taken()).toBe(false);
  await sh(
    `cd ${folder}; echo '{}' >published/published.json; mkdir environments/production; printf '{\\n  "behind": true\\n}\\n' >state.json`,
  );
  expect(await taken()).toBe(false);
  await sh(`cd ${folder}; printf '{\\n  "behind": false\\n}\\n' >state.json`);
  expect(await taken()).toBe(true);
});
