import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { makeImage } from "../support/hdm/image.js";
import { commit, commitOn, push } from "../support/local/code.js";
import {
  deploy,
  exec,
  handed,
  joined,
  output,
  outputs,
  settingsFile,
  until,
} from "../support/environment.js";
import {
  api,
  archive,
  ask,
  commitInHdm,
  commonValue,
  firstAnswer,
  hdm,
  makeReader,
  prepareHost,
  runner,
  startHost,
  stopHost,
  type Answer,
} from "../support/local/hdm-host.js";
import { readersUrl, statusOf, timedRun, url } from "../support/local/puppetdb.js";

const message = "profile::motd::message";
const dataOf = (text: string) => ({
  "data/common.yaml": `role: role::base\n${message}: ${text}\n`,
});
/** What agents need: the start time of each service, and where the main server deploys code. */
const served = () =>
  Promise.all([
    ...["main", "compiler1", "compiler2"].map((host) =>
      output(host, "systemctl show --property ActiveEnterTimestampMonotonic puppetserver"),
    ),
    output("puppetdb", "systemctl show --property MainPID puppetdb"),
    output("main", "cat /etc/puppet-code/settings.json"),
  ]);
const signed = () => output("main", "ls /etc/puppet/puppetserver/ca/signed");
const serial = async () =>
  (
    await output(
      hdm,
      "openssl x509 -noout -serial -in /var/lib/puppet/ssl/certs/hdm.example.test.pem",
    )
  ).replace("serial=", "");
const usernames = () => runner("puts User.all.map(&:username).sort");

describe("HDM", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
  const file = join(folder, "hdm.tar");
  /** The settings with HDM, from an archive on its host. */
  let settings: string;

  beforeAll(async () => {
    const image = await makeImage(file);
    settings = settingsFile({ hdm: { host: "own", image, imageArchive: archive } });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("without its image has a host with podman, and changes nothing that agents need", async () => {
    const before = await served();
    const { code, text, seconds } = await deploy(settings);
    expect(code).not.toBe(0);
    expect(text).toContain(
      `there is no ${archive} on this host; put the archive of HDM's image there, or write where it is in puppet:hdm.imageArchive`,
    );
    console.log(`refused without an image after ${seconds.toFixed(0)} s`);
    expect(await served()).toEqual(before);
    expect(await signed()).not.toContain(hdm);
    expect(await output(hdm, "ls -d /etc/hdm /etc/haproxy/hdm 2>/dev/null || true")).toBe("");
    expect(await output(hdm, "systemctl is-enabled haproxy || true")).not.toBe("enabled");
    await timedRun("agent1");
  });

  describe("from its image", () => {
    let first: Answer;
    let before: string[];

    beforeAll(async () => {
      before = await served();
      await prepareHost(file);
      const waiting = firstAnswer("/users", { form: { username: "mallory", password: "mine" } });
      const { code, text, seconds } = await deploy(settings);
      expect(code, text).toBe(0);
      console.log(`HDM added in place in ${seconds.toFixed(0)} s`);
      first = await waiting;
      await makeReader();
    });

    it("cannot be claimed by its first visitor: the administrator exists before the port opens", async () => {
      expect(first).toMatchObject({ status: 302, leadsTo: "/login", cookie: "" });
      expect(await usernames()).toBe("admin\nreader");
      expect((await ask("/")).status).toBe(200);
      const { hdmAdminPassword = "" } = await outputs();
      const form = { username: "admin", password: hdmAdminPassword };
      const { status, leadsTo, cookie } = await ask("/sessions", { form });
      expect({ status, leadsTo }).toEqual({ status: 302, leadsTo: "/" });
      expect(cookie).toMatch(/; Secure$/);
    });

    it("restarts no other service", async () => {
      expect((await served()).slice(0, -1)).toEqual(before.slice(0, -1));
      const again = await deploy(settings);
      expect(again.text).toMatch(/Resources:\n\s+\d+ unchanged\n/);
    });

    it("uses TLS 1.2 or newer, and itself listens only on the loopback address", async () => {
      const hello = async (version: string) =>
        (
          await exec("agent1", [
            ...["sh", "-c"],
            `openssl s_client -connect hdm.example.test:443 ${version} -cipher DEFAULT@SECLEVEL=0 -CAfile /var/lib/puppet/ssl/certs/ca.pem -verify_return_error </dev/null 2>&1`,
          ])
        ).stdout;
      expect(await hello("-tls1_1")).toContain("alert protocol version");
      for (const version of ["-tls1_2", "-tls1_3"])
        expect(await hello(version)).toContain("Verification: OK");
      const listening = await output(hdm, "ss --listening --tcp --numeric --no-header");
      const addresses = listening.split("\n").map((line) => line.split(/\s+/)[3]);
      expect(addresses.sort()).toEqual(["0.0.0.0:22", "0.0.0.0:443", "127.0.0.1:3000", "[::]:22"]);
    });

    it("shows no data without a session or an account", async () => {
      expect(await ask("/environments")).toMatchObject({ status: 302, leadsTo: "/login" });
      const forged = await ask("/environments", { cookie: "_hdm_session=admin.0" });
      expect(forged).toMatchObject({ status: 302, leadsTo: "/login" });
      expect((await ask("/api/v1/environments")).status).toBe(403);
      const wrong = { username: "reader", password: "wrong" };
      expect((await ask("/api/v1/nodes", { user: wrong })).status).toBe(403);
    });

    it("queries nodes from PuppetDB with its host's certificate, which may do nothing else there", async () => {
      expect(await api("nodes")).toContain("agent1.example.test");
      expect(await api("environments")).toContain("production");
      const command = `--data '{}' '/pdb/cmd/v1?command=deactivate_node&version=3&certname=agent1.example.test'`;
      const statuses = async (base: string) =>
        Promise.all([
          statusOf(hdm, `${base}/pdb/query/v4/nodes`),
          statusOf(hdm, command.replace("/pdb", `${base}/pdb`)),
          statusOf(hdm, `${base}/pdb/admin/v1/summary-stats`),
        ]);
      expect(await statuses(readersUrl)).toEqual(["200", "403", "403"]);
      expect(await statuses(url)).toEqual(["403", "403", "403"]);
    });

    it("has the pushed code, and is in the deploy's results", async () => {
      const head = (await commit("production", dataOf("browsed"))).slice(0, 12);
      const { text } = await push("production");
      // Its own timer may be first.
      expect(text).toMatch(/^success: [^]*^hdm {2}(deployed|unchanged)/m);
      expect(await commitOn("main")).toBe(head);
      expect(await commitInHdm()).toBe(head);
      expect(await commonValue(message)).toBe("browsed");
    });

    it("keeps its users when it restarts", async () => {
      await output(hdm, "systemctl restart hdm && hdm-await 60");
      expect(await usernames()).toBe("admin\nreader");
      expect(await commonValue(message)).toBe("browsed");
    });

    it("recreates a lost administrator as the guide says", async () => {
      await runner('User.find_by!(username: "admin").destroy!');
      expect(await usernames()).toBe("reader");
      await output(hdm, "systemctl restart hdm && hdm-await 60");
      expect(await usernames()).toBe("admin\nreader");
    });

    describe("while its host is down", () => {
      /** Has no data of its own, unlike agent1. */
      const agent = "browsed";
      beforeAll(async () => {
        await joined(agent);
      });
      // Whatever the result, other tests need the host running.
      afterAll(startHost);

      it("makes a push partial and is named, stops no agent, and updates its code by itself", async () => {
        await stopHost();
        const head = (await commit("production", dataOf("missed"))).slice(0, 12);
        const { text } = await push("production");
        expect(text).toMatch(/^partial: [^]*^hdm  unreachable/m);
        await timedRun(agent);
        expect(await output(agent, "cat /etc/motd")).toContain("missed");

        await startHost();
        const seconds = await until(
          "HDM has caught up",
          async () => (await commitInHdm()) === head,
          180,
        );
        console.log(`HDM's host that was down has caught up after ${seconds.toFixed(0)} s`);
        await output(hdm, "hdm-await 60");
        expect(await commonValue(message)).toBe("missed");
        expect((await push("production")).text).toMatch(/^success: [^]*^hdm  unchanged/m);
      });
    });
  });

  it("is switched off in place: its host is removed, its certificate revoked, and agents keep running", async () => {
    const number = await serial();
    const before = await served();
    const { code, text, seconds } = await deploy(inject("deployment").settings);
    expect(code, text).toBe(0);
    console.log(`HDM switched off in ${seconds.toFixed(0)} s`);
    expect((await served()).slice(0, -1)).toEqual(before.slice(0, -1));
    if (handed)
      expect(await output(hdm, "systemctl is-active hdm haproxy || true")).not.toMatch(/^active/m);
    else expect((await exec(hdm, ["true"])).code).not.toBe(0);
    expect(await signed()).not.toContain(hdm);
    const revoked = await output(
      "main",
      "openssl crl -noout -text -in /etc/puppet/puppetserver/ca/ca_crl.pem",
    );
    expect(revoked).toContain(`Serial Number: ${number}`);
    await timedRun("agent1");
    expect((await push("production")).text).not.toContain("hdm");
  });
});
