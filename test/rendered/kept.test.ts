import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { fileAs } from "../../hosts/as-user.js";
import { renderConvergeScript, renderPutBack } from "../../hosts/host-configuration.js";
import { absenceOf, directoryOf, execOf, fileOf, type HostState } from "../../hosts/host-state.js";
import type { Result } from "../../tools/lib/shell.js";
import { inParsers, outputOf as sh } from "../support/rendered/parsers.js";

const [name, fqdn, role] = [
  "kept-trial",
  "kept.example.test",
  "puppet:index:Trial$Configuration::kept",
];
const home = "/var/lib/pulumi-puppet";
const kept = `${home}/kept`;
/** Where the site has files, and a folder that the user `puppet` owns. */
const [site, theirs] = ["/etc/kept-test", "/var/lib/kept-test"];
/** A file of a package, which nobody changes. */
const conffile = "/etc/issue.net";

const converge = (state: HostState, configuration = name): Promise<Result> =>
  inParsers(
    ["bash", "-s"],
    renderConvergeScript(configuration, fqdn, distributions.debian, state as never, {}, role),
  );
const putBack = (services: readonly string[] = [], who = role): Promise<Result> =>
  inParsers(["bash", "-s"], renderPutBack(name, fqdn, services, who));
/** What a run says it has kept, without what other tests' hosts have. */
const keptIn = ({ stdout }: Result) =>
  stdout.split("\n").filter((line) => line.startsWith("kept "));
const keptAs = (path: string, suffix = "") => `kept ${path} as ${kept}${path}${suffix}`;
const failing = execOf("break", "false", {});

const clean = `rm -rf ${site} ${theirs} ${kept}${site} ${kept}${theirs} ${home}/${name}.* ${home}/kept-other.*; for list in kept left; do test ! -e ${home}/$list.list || sed -i /kept-test/d ${home}/$list.list; done`;

describe("what a site had before", { timeout: 120_000 }, () => {
  beforeAll(() => sh(`cp --archive ${conffile} /root/kept-test-conffile`));
  afterAll(() => sh(`${clean}; mv /root/kept-test-conffile ${conffile}`));
  beforeEach(() => sh(`${clean}; mkdir ${site}; install -d -o puppet -g puppet ${theirs}`));

  it("is kept once, also through failed runs, and put back unless somebody changed what is there", async () => {
    await sh(`cd ${site}; for file in a b gone edited part; do echo site >$file; done
      chmod 0640 a; chown puppet:puppet a; touch --date @1000000000 a; ln -s /etc/passwd link; mkdir real; ln -s real folder; echo behind >real/file`);
    const ours = [
      fileOf(`${site}/a`, "ours\n"),
      fileOf(`${site}/link`, "ours\n", { sensitive: true }),
      absenceOf(`${site}/gone`),
      fileOf(`${site}/edited`, "ours\n"),
      directoryOf(`${site}/folder`),
      fileOf(`${site}/folder/file`, "ours\n"),
      fileOf(`${site}/new`, "ours\n"),
      execOf("a part", ["sed", "-i", "s/^site$/ours/", `${site}/part`], {
        unless: `grep -qx ours ${site}/part`,
        replaces: [`${site}/part`],
      }),
      fileOf(conffile, "ours\n"),
      fileOf(`${site}/b`, "ours\n"),
    ];
    const first = await converge([...ours.slice(0, -1), failing, ...ours.slice(-1)]);
    expect(first.code).toBe(1);
    expect(keptIn(first), first.stderr).toEqual(
      ["a", "link", "gone", "edited", "folder", "part", "b"].map((file) =>
        keptAs(`${site}/${file}`),
      ),
    );
    expect(await sh(`cd ${kept}${site}; stat --format '%n %U:%G %a %Y' a; cat a b`)).toBe(
      "a puppet:puppet 640 1000000000\nsite\nsite",
    );
    expect(await sh(`cd ${kept}${site}; readlink link folder; stat --format %a . ${kept}`)).toBe(
      "/etc/passwd\nreal\n700\n700",
    );
    expect(await sh(`cd ${site}; cat a b link folder/file real/file`)).toBe(
      "ours\nsite\nours\nours\nbehind",
    );

    // Edited before it was replaced.
    await sh(`cd ${site}; echo later >b; printf 'site\nmore\n' >part`);
    const second = await converge(ours);
    expect(second.code, second.stderr).toBe(0);
    expect(keptIn(second)).toEqual([keptAs(`${site}/b`, ".2")]);
    expect(keptIn(await converge(ours))).toEqual([]);

    await sh(
      `echo edited >>${site}/edited; rmdir ${site}/folder 2>/dev/null || rm -r ${site}/folder`,
    );
    // Another resource of that name has the host by now.
    expect((await putBack([], "other")).stdout).toBe("");
    const left = await putBack();
    expect(left.code, left.stderr).toBe(0);
    expect(
      left.stdout
        .split("\n")
        .filter((line) => line.includes("kept-test"))
        .sort(),
    ).toEqual(
      [
        ...["a", "b", "folder", "gone", "link"].map((file) => `${fqdn}: put ${site}/${file} back`),
        ...["edited", "part"].map(
          (file) =>
            `${fqdn}: ${site}/${file} is not as this configuration left it, and stays; what was there before is ${kept}${site}/${file}`,
        ),
      ].sort(),
    );
    expect(left.stdout).toContain("services that were stopped stay stopped");
    expect(
      await sh(
        `cd ${site}; stat --format '%U %a %Y' a; cat a b gone edited part folder/file new; readlink link`,
      ),
    ).toBe(
      "puppet 640 1000000000\nsite\nlater\nsite\nours\nedited\nours\nmore\nbehind\nours\n/etc/passwd",
    );
    expect(await sh(`find ${home} -maxdepth 1 -name '${name}.*' ! -name '*.log'`)).toBe("");

    // What it left is still ours; what was put back is the site's again.
    const again = await converge(ours);
    expect(keptIn(again)).toEqual([
      ...["a", "link", "gone"].map((file) => keptAs(`${site}/${file}`)),
      keptAs(`${site}/edited`, ".2"),
      keptAs(`${site}/folder`),
      keptAs(`${site}/part`, ".2"),
      keptAs(`${site}/b`, ".2"),
    ]);
  });

  it("is not what an earlier version deployed", async () => {
    const state = [
      fileOf(`${site}/a`, "ours\n"),
      ...fileAs("puppet", `${theirs}/ca.pem`, "ours\n"),
    ];
    await sh(`echo 'by hand' >${site}/a; echo old | runuser -u puppet -- tee ${theirs}/ca.pem`);
    await inParsers(["tee", `${home}/${name}.json`], JSON.stringify(state));
    expect(keptIn(await converge(state))).toEqual([]);
    await putBack();
    expect(await sh(`cat ${site}/a ${theirs}/ca.pem`)).toBe("ours\nours");
  });

  it("goes back only with the last configuration that has it", async () => {
    const state = [fileOf(`${site}/a`, "ours\n")];
    await sh(`echo site >${site}/a`);
    await inParsers(["tee", `${home}/kept-other.json`], "[]");
    expect(keptIn(await converge(state))).toEqual([keptAs(`${site}/a`)]);
    await inParsers(["tee", `${home}/kept-other.json`], JSON.stringify(state));
    await sh(`rm ${home}/kept-other.ours`);
    await putBack();
    expect(await sh(`cat ${site}/a`)).toBe("ours");
    await inParsers(["bash", "-s"], renderPutBack("kept-other", fqdn, []));
    expect(await sh(`cat ${site}/a`)).toBe("site");
  });

  it("is read and put back as the user who owns its folder, whose links lead root nowhere", async () => {
    const canary = "/root/kept-test-canary";
    await sh(`install -m 0600 /dev/null ${canary}; echo canary >${canary}
      cd ${theirs}; runuser -u puppet -- ln -s ${canary} linked; echo site | runuser -u puppet -- tee file`);
    const state = ["linked", "file"].flatMap((file) =>
      fileAs("puppet", `${theirs}/${file}`, "ours\n"),
    );
    const run = await converge(state);
    expect(run.code, run.stderr).toBe(0);
    expect(keptIn(run)).toEqual(["linked", "file"].map((file) => keptAs(`${theirs}/${file}`)));
    expect(
      await sh(`cd ${kept}${theirs}; readlink linked; stat --format '%U %a' file; cat file`),
    ).toBe(`${canary}\npuppet 644\nsite`);
    // As after a run that was cut off before it noted what it did; and one file cannot be read.
    await sh(`cd ${home}; : >${name}.ours; touch ${name}.running; sed -i 's#^\\(${theirs}/.*\t\\).*#\\1?#' kept.list
      cd ${theirs}; echo site >secret; chmod 0600 secret`);
    const refused = await converge([...state, ...fileAs("puppet", `${theirs}/secret`, "ours\n")]);
    expect(refused.code).toBe(1);
    expect(keptIn(refused)).toEqual([]);
    expect(refused.stderr).toContain(
      `${fqdn}: ${theirs}/secret is replaced by this configuration, and cannot be kept: puppet, who owns`,
    );
    expect(await sh(`cat ${theirs}/secret`)).toBe("site");
    // In the place of what is written to be put back.
    await sh(`cd ${theirs}; runuser -u puppet -- ln -sfn ${canary} file.put-back`);
    await putBack();
    expect(await sh(`cd ${theirs}; readlink linked; cat file ${canary}`)).toBe(
      `${canary}\nsite\ncanary`,
    );
  });
});
