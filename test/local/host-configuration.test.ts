import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { distributions } from "../../distributions/index.js";
import { renderConvergeScript } from "../../hosts/host-configuration.js";
import { execOf, fileOf, packageOf, serviceOf, type HostResource } from "../../hosts/host-state.js";
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

  const converge = (state: readonly HostResource[]): Promise<Result> =>
    host.exec(["bash", "-s"], {
      stdin: renderConvergeScript("demo", fqdn, distributions.debian, state as never),
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

  it("names a package that cannot be installed", async () => {
    const { code, stderr } = await converge([packageOf("no-such-package")]);
    expect(code).toBe(1);
    expect(stderr).toContain("Package[no-such-package]");
  });

  it("restarts the service in the run after a run that failed before the restart", async () => {
    const pid = await pidOf();
    const failing = demo("good 3\n", [execOf("break", "false", {})]);
    expect((await converge(failing)).code).toBe(1);
    expect(await sh("cat /etc/demo.conf")).toBe("good 3");
    expect(await pidOf()).toBe(pid);
    // Puppet itself would now see nothing to do.
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
    expect(files.split("\n")).toEqual(["/etc/secret", "/var/lib/pulumi-puppet/demo.json"]);
    expect(await sh("stat -c %a /var/lib/pulumi-puppet")).toBe("700");
  });
});
