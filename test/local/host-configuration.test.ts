import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderConvergeScript } from "../../hosts/host-configuration.js";
import {
  directoryOf,
  execOf,
  fileOf,
  packageOf,
  serviceOf,
  type HostResource,
} from "../../hosts/host-state.js";
import type { Result } from "../../tools/lib/shell.js";
import { startTestContainer, type TestContainer } from "../support/containers.js";
import { until } from "../support/environment.js";

const fqdn = "scratch.example.test";
const unit = "[Service]\nExecStart=/bin/sh -c 'exec sleep infinity'\n";

describe("the configuration of a host", () => {
  let host: TestContainer;

  beforeAll(async () => {
    host = await startTestContainer("scratch");
    expect((await converge([])).code).toBe(0);
  });
  afterAll(() => host.remove());

  const converge = (
    state: readonly HostResource[],
    changed = (script: string) => script,
  ): Promise<Result> =>
    host.exec(["bash", "-s"], {
      stdin: changed(renderConvergeScript("demo", fqdn, distributions.debian, state as never)),
    });
  const sh = async (command: string): Promise<string> =>
    (await host.exec(["sh", "-c", command])).stdout.trim();
  const pidOf = () => sh("systemctl show --property MainPID --value demo");
  const demo = (content: string, more: readonly HostResource[] = []): HostResource[] => [
    fileOf("/etc/systemd/system/demo.service", unit),
    fileOf("/etc/demo.conf", content, {
      notify: "Service[demo]",
      validate_cmd: "/bin/grep -q good %",
    }),
    ...more,
    serviceOf("demo"),
  ];

  it("applies resources, and does nothing if they are up to date", async () => {
    expect((await converge(demo("good 1\n"))).code).toBe(0);
    const pid = await pidOf();
    expect(Number(pid)).toBeGreaterThan(0);
    const again = await converge(demo("good 1\n"));
    expect(again.stdout).not.toMatch(/Notice: .*demo/);
    expect(await pidOf()).toBe(pid);
    expect((await converge(demo("good 2\n"))).code).toBe(0);
    expect(await pidOf()).not.toBe(pid);
  });

  it("runs nothing of the code that is deployed to the host", async () => {
    const environment = "/etc/puppet/code/environments/production";
    const program = `${environment}/version.sh`;
    const planted = {
      "environment.conf": `config_version = ${program}\n`,
      "version.sh": "#!/bin/sh\ntouch /code-ran\necho planted\n",
      "manifests/site.pp": "generate('/usr/bin/touch', '/code-ran')\n",
      "modules/host_state/lib/puppet/functions/host_state/read.rb": "File.write('/code-ran', '')\n",
      "modules/x/lib/facter/x.rb": "File.write('/code-ran', '')\n",
    };
    for (const [path, content] of Object.entries(planted)) {
      const target = `${environment}/${path}`;
      await host.exec(["install", "-D", "-m", "0755", "/dev/stdin", target], { stdin: content });
    }
    // It would run if Puppet looked there.
    expect((await host.exec([program])).stdout).toBe("planted\n");
    await sh("rm /code-ran");
    const { code, stdout } = await converge([fileOf("/etc/some.conf", "some\n")]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("planted");
    expect(await sh("ls /code-ran 2>&1")).toContain("No such file");
    await sh(`rm -r ${environment}`);
  });

  it("writes 500 files of any content, mode and name, byte for byte", async () => {
    const seed = Date.now();
    const files = fc.sample(
      fc.record({
        name: fc.stringMatching(/^[A-Za-z0-9 _.'"$%{}<>;&-]{1,60}$/),
        content: fc.oneof(
          fc.string({ unit: "grapheme", maxLength: 200 }),
          fc.constantFrom(
            ...[
              "STATE\n",
              "\nSTATE\n",
              "MANIFEST\nFUNCTION\n",
              "$(touch /canary)\n",
              "`touch /canary`",
            ],
            ...[
              "%{facts.kernel}",
              "${name}\\n\\t\\",
              "<%= canary %>",
              "'\"\n",
              "\r\n",
              "\u2028",
              "",
            ],
          ),
        ),
        mode: fc.constantFrom("0600", "0644", "0750"),
        sensitive: fc.boolean(),
      }),
      { seed, numRuns: 500 },
    );
    const path = (index: number) => `/mutations/${String(index)} ${files[index]?.name ?? ""}`;
    const { code, stdout, stderr } = await converge([
      directoryOf("/mutations"),
      ...files.map(({ content, ...rest }, index) =>
        fileOf(path(index), content, { mode: rest.mode, sensitive: rest.sensitive }),
      ),
    ]);
    expect({ code, stderr }, `seed ${String(seed)}: ${stdout.slice(-500)}`).toEqual({
      code: 0,
      stderr: "",
    });
    const listed = await sh(
      'cd /mutations && for file in *; do printf \'%s %s %s\\n\' "$(stat --format %a "$file")" "$(sha256sum <"$file" | cut -c 1-64)" "$file"; done; ls -d /canary 2>/dev/null',
    );
    const expected = files.map(
      ({ content, mode }, index) =>
        `${mode.slice(1)} ${createHash("sha256").update(content).digest("hex")} ${path(index).slice("/mutations/".length)}`,
    );
    expect(listed.split("\n").sort(), `seed ${String(seed)}`).toEqual(expected.sort());
  });

  it("keeps services unchanged if a file is rejected, and says where and why", async () => {
    const pid = await pidOf();
    const { code, stderr } = await converge(demo("bad\n"));
    expect(code).toBe(1);
    expect(stderr).toContain(`${fqdn}: `);
    expect(stderr).toContain("File[/etc/demo.conf]");
    expect(stderr).toContain("/bin/grep -q good");
    expect(await sh("cat /etc/demo.conf")).toBe("good 2");
    expect(await pidOf()).toBe(pid);
  });

  it("stops at the first failure", async () => {
    const { code, stderr } = await converge([
      execOf("break", ["sh", "-c", "echo no luck; exit 3"], {}),
      fileOf("/etc/after", "never\n"),
    ]);
    expect(code).toBe(1);
    // With the command's own message.
    expect(stderr).toMatch(
      /^scratch\.example\.test: no luck\nscratch\.example\.test: .*returned 3/m,
    );
    expect(stderr).toMatch(/scratch\.example\.test: .*Exec\[break\].*returned 3/);
    expect(await sh("ls /etc/after 2>&1")).toContain("No such file");
  });

  it("names a package that cannot be installed, and says why in the words of apt", async () => {
    const { code, stderr } = await converge([packageOf("no-such-package")]);
    expect(code).toBe(1);
    expect(stderr).toContain("Package[no-such-package]");
    expect(stderr).toContain("E: Unable to locate package no-such-package");
  });

  it("shows the journal of a service that does not start", async () => {
    const broken = "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo no licence; exit 1'\n";
    const { code, stderr } = await converge([
      fileOf("/etc/systemd/system/broken.service", broken),
      serviceOf("broken"),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /: the last lines of journalctl -u broken:\n(scratch.example.test: {3}.*\n)*scratch.example.test: {3}no licence\n/,
    );
    await sh("systemctl disable broken; systemctl reset-failed broken");
  });

  it("says who has the port of a service before it changes anything, unless it is a service of its own", async () => {
    const listen = `ExecStart=/usr/bin/ruby -rsocket -e "TCPServer.new('0.0.0.0', 18140); sleep"`;
    const listener = [
      fileOf("/etc/systemd/system/listener.service", `[Service]\n${listen}\n`),
      serviceOf("listener", { ports: [18140] }),
    ];
    expect((await converge(listener)).code).toBe(0);
    await until("the port is open", async () => (await sh("ss -ltn")).includes(":18140 "), 30);
    expect((await converge(listener)).code).toBe(0);
    // The same, as a service of the site's.
    await sh("rm /var/lib/pulumi-puppet/demo.json");
    const { code, stderr } = await converge([
      fileOf("/etc/after", "never\n"),
      serviceOf("demo", { ports: [18140] }),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^scratch\.example\.test: TCP port 18140, on which demo is to listen, is taken by process \d+, ruby of the unit listener; stop it, or have it listen on another port, and deploy again\n$/,
    );
    expect(await sh("ls /etc/after 2>&1")).toContain("No such file");
    await sh("systemctl stop listener");
  });

  it("says which disk is full", async () => {
    await sh("mount -t tmpfs -o size=8k tmpfs /opt && head -c 8k /dev/zero >/opt/all");
    const { code, stderr } = await converge([execOf("break", "false", {})]);
    await sh("umount /opt");
    expect(code).toBe(1);
    expect(stderr).toContain("scratch.example.test: the disk of /opt is full: 0 MiB are free");
  });

  it("goes on after a run that was cut off while dpkg worked", async () => {
    await sh(
      "dpkg-query --status bash >/var/lib/dpkg/updates/0001; touch /var/lib/pulumi-puppet/demo.unfinished",
    );
    expect((await host.exec(["apt-get", "install", "bash"])).stderr).toContain("interrupted");
    expect((await converge([packageOf("bash")])).code).toBe(0);
    expect((await host.exec(["apt-get", "--simulate", "install", "bash"])).code).toBe(0);
  });

  it("restarts the service in the run after a run that failed before the restart", async () => {
    const pid = await pidOf();
    const failing = demo("good 3\n", [execOf("break", "false", {})]);
    expect((await converge(failing)).code).toBe(1);
    expect(await sh("cat /etc/demo.conf")).toBe("good 3");
    expect(await pidOf()).toBe(pid);
    // The state before has no such file, so it stays. Puppet itself would now see nothing to do.
    expect((await converge(demo("good 3\n"))).code).toBe(0);
    const restarted = await pidOf();
    expect(restarted).not.toBe(pid);
    expect((await converge(demo("good 3\n"))).code).toBe(0);
    expect(await pidOf()).toBe(restarted);
  });

  it("restarts nothing after a run that failed before it changed anything", async () => {
    const pid = await pidOf();
    expect((await converge([execOf("break", "false", {}), ...demo("good 3\n")])).code).toBe(1);
    expect((await converge(demo("good 3\n"))).code).toBe(0);
    expect(await pidOf()).toBe(pid);
  });

  it("runs only once at a time, and continues if its connection is lost", async () => {
    const slow = [
      execOf(
        "slow",
        ["sh", "-c", "until test -e /run/go; do sleep 0.1; done; date +%s%N > /run/first"],
        {},
      ),
    ];
    // The end of the connection, as the host sees it: nobody reads the run's output.
    const cut = converge(slow);
    await until(
      "the slow run has started",
      async () => (await sh("pgrep -fc '[u]ntil test -e /run/go'")) !== "0",
      60,
    );
    const second = converge([execOf("second", ["sh", "-c", "date +%s%N > /run/second"], {})]);
    await until(
      "the second run waits",
      async () => (await sh("pgrep -fc '[f]lock --timeout'")) !== "0",
      60,
    );
    expect(await sh("ls /run/second 2>&1")).toContain("No such file");
    const impatient = await converge([], (script) =>
      script.replace("--timeout 900", "--timeout 1"),
    );
    expect(impatient.stderr).toMatch(
      /another run still holds \/var\/lib\/pulumi-puppet\/lock after 900 s; end it, and run again \(process \d+, bash/,
    );
    await sh("pkill --full '[t]ail --pid'; touch /run/go");
    await cut;
    const { code, stdout } = await second;
    expect(code).toBe(0);
    expect(stdout).toContain("waiting for another run on this host to end");
    expect(Number(await sh("cat /run/second"))).toBeGreaterThan(Number(await sh("cat /run/first")));
  });

  it("keeps secrets out of everything except the file and the root-only state", async () => {
    const secret = "correct-horse-battery-staple";
    const state = [fileOf("/etc/secret", `${secret}\n`, { mode: "0600", sensitive: true })];
    const first = await converge(state);
    const second = await converge([
      fileOf("/etc/secret", `${secret}2\n`, { mode: "0600", sensitive: true }),
    ]);
    expect(first.stdout + first.stderr + second.stdout + second.stderr).not.toContain(secret);
    const files = await sh(`grep -rlsF ${secret} /etc /var /run /root /tmp | sort`);
    // One of them is what the host goes back to.
    const states = ["good", "json"].map((name) => `/var/lib/pulumi-puppet/demo.${name}`);
    expect(files.split("\n")).toEqual(["/etc/secret", ...states]);
    expect(await sh("stat -c %a /var/lib/pulumi-puppet")).toBe("700");
  });
});
