import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { environment, npmRun, output, until } from "../support/environment.js";
import {
  reported,
  reportsOf,
  serves,
  settled,
  systemctl,
  timedRun,
} from "../support/local/puppetdb.js";

/** When PuppetDB's unit last changed its state: a reload does that twice. */
const stateChanges = () =>
  systemctl("show --property StateChangeTimestampMonotonic --value puppetdb");
const state = () => systemctl("show --property ActiveState puppetdb");

beforeAll(settled);

describe("a backup", () => {
  it("is created and copied with one command, and can be restored", async () => {
    await timedRun("agent1");
    await reported("agent1");
    const folder = mkdtempSync(join(tmpdir(), "pulumi-puppet-"));
    const before = await reportsOf("agent1");
    const backup = await npmRun("backup", environment, folder);
    expect(backup.code, backup.text).toBe(0);
    const copy = /^copied to (\/\S+\.dump),/m.exec(backup.text)?.[1] ?? "";
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const there = await output(
      "puppetdb",
      "ls -l /var/backups/puppetdb; stat -c %a /var/backups/puppetdb",
    );
    expect(there).toMatch(/^-rw------- 1 root root .* puppetdb-\d{8}T\d{6}Z\.dump$/m);
    expect(there).toMatch(/^700$/m);

    await timedRun("agent1");
    await reported("agent1");

    const pid = await output("puppetdb", "systemctl show --property MainPID --value puppetdb");
    const rehearsed = await npmRun("restore", "latest", environment, "--rehearse");
    expect(rehearsed.code, rehearsed.text).toBe(0);
    expect(rehearsed.text).toMatch(/in use +\d+ +\d+ +\d+ +\d+\nin the backup +\d+/);
    expect(await reportsOf("agent1")).toBe(before + 1);
    expect(await output("puppetdb", "systemctl show --property MainPID --value puppetdb")).toBe(
      pid,
    );

    const restored = await npmRun("restore", copy, environment);
    expect(restored.code, restored.text).toBe(0);
    expect(await reportsOf("agent1")).toBe(before);
    expect(await output("puppetdb", "ls /var/backups/puppetdb")).not.toContain("uploaded");
    console.log(`restored in ${restored.seconds.toFixed(1)} s`);
    // It works from there, including the read-only role.
    await timedRun("agent1");
    await reported("agent1");
    expect(await reportsOf("agent1")).toBe(before + 1);
  });

  it("fails if its folder cannot be created", async () => {
    const { code, text } = await npmRun("backup", environment, "/proc/nowhere/else");
    expect(code).toBe(1);
    expect(text).toContain("Cannot create the folder /proc/nowhere/else: ");
  });

  it("is not restored if PostgreSQL is killed meanwhile, and PuppetDB is not affected", async () => {
    const before = await reportsOf("agent1");
    const changed = await stateChanges();
    // A pg_restore that waits: the database is too small to interrupt it otherwise.
    const slow =
      '#!/bin/sh\ncase $* in --list*) ;; *) touch /run/begun; until test -e /run/go; do sleep 0.1; done ;; esac\nexec /usr/bin/pg_restore "$@"\n';
    await output("puppetdb", "mkdir /root/slow && cat >/root/slow/pg_restore", slow);
    await output("puppetdb", "chmod +x /root/slow/pg_restore");
    const restore = output(
      "puppetdb",
      "PATH=/root/slow:$PATH puppetdb-restore latest 2>&1 || true",
    );
    await output("puppetdb", "timeout 60 sh -c 'until test -e /run/begun; do sleep 0.1; done'");
    await output(
      "puppetdb",
      "kill -KILL $(head -n 1 /var/lib/postgresql/*/main/postmaster.pid); touch /run/go",
    );
    expect(await restore).toMatch(/could not be restored; PuppetDB is not affected$/);
    expect(await output("puppetdb", "runuser -u postgres -- psql -lqt")).not.toContain("_restored");
    // PuppetDB may answer before it is reloaded, for what it could not store.
    await until(
      "PuppetDB has been reloaded as PostgreSQL is back",
      async () => /^ActiveState=active$/m.test(await state()) && (await stateChanges()) !== changed,
      60,
    );
    await serves();
    expect(await reportsOf("agent1")).toBe(before);
    await output("puppetdb", "rm -r /root/slow /run/begun /run/go");
  });

  it("that is invalid changes nothing", async () => {
    const before = await reportsOf("agent1");
    const file = join(mkdtempSync(join(tmpdir(), "pulumi-puppet-")), "broken.dump");
    writeFileSync(file, "PGDMP but no backup");
    for (const wrong of [file, "/var/backups/puppetdb/none.dump"]) {
      const { code, text } = await npmRun("restore", wrong, environment);
      expect(code).not.toBe(0);
      expect(text).toMatch(/there is no backup|is no backup that pg_restore can read/);
    }
    expect(await reportsOf("agent1")).toBe(before);
  });

  it("is created every day, and removed when it is old", async () => {
    const timer = await output(
      "puppetdb",
      "systemctl list-timers --no-legend puppetdb-backup.timer",
    );
    expect(timer).toContain("02:30:00");
    await output(
      "puppetdb",
      "touch -d '15 days ago' /var/backups/puppetdb/puppetdb-20200101T000000Z.dump",
    );
    await output(
      "puppetdb",
      "touch -d '13 days ago' /var/backups/puppetdb/puppetdb-20200102T000000Z.dump",
    );
    await output("puppetdb", "systemctl start puppetdb-backup.service");
    const left = await output("puppetdb", "ls /var/backups/puppetdb");
    expect(left).not.toContain("20200101");
    expect(left).toContain("20200102");
    await output("puppetdb", "rm /var/backups/puppetdb/puppetdb-2020*");
  });
});
