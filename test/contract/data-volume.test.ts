import { afterAll, beforeAll, expect, test } from "vitest";
import { keptDatabases } from "../../components/postgresql/state.js";
import { baseImage } from "../../settings/containers.js";
import type { HostState } from "../../hosts/host-state.js";
import { mountsOf, startsMounted } from "../../hosts/mounts.js";
import { renderReady } from "../../hosts/readiness.js";
import { databaseFolders } from "../../templates/postgresql/postgresql.js";
import { startTestContainer, type TestContainer } from "../support/containers.js";
import { emptyDisk, type Disk } from "../support/contract/disk.js";

const ca = "/etc/puppet/puppetserver/ca";
const folders = [ca, ...databaseFolders];
const serial = "vol0123456789abcdef0";
const readyWith = (folders: readonly string[]) =>
  renderReady({
    fqdn: "main.example.test",
    ...{ names: [], namesDeadline: 1, logins: [], address: "10.1.0.10" },
    cores: 1,
    memory: 256,
    data: { serial, folders },
  });
const ready = readyWith(folders);
const installed =
  "DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends postgresql >/dev/null 2>&1";

let disk: Disk;
let machine: TestContainer;

/**
 * A machine that has the disk attached, and sees it as real machines do: Podman hides disks, and without udev, its data
 * about the disk has to be written.
 */
async function startMachine(): Promise<void> {
  // A machine that has no PostgreSQL yet.
  const image = baseImage;
  machine = await startTestContainer("data-volume", { devices: [disk.device], image });
  await told("umount /sys/dev/block && mount -o remount,rw /sys && mkdir -p /run/udev/data");
  await told(
    `echo E:ID_SERIAL_SHORT=${serial} >/run/udev/data/b$(lsblk --nodeps --noheadings --output MAJ:MIN ${disk.device} | tr -d ' ')`,
  );
  await told("apt-get update -qq && apt-get install -qq e2fsprogs >/dev/null 2>&1");
}

async function told(command: string): Promise<string> {
  const { code, stdout, stderr } = await machine.exec(["bash", "-ec", command]);
  if (code !== 0) throw new Error(`${command}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** The source of each folder's mount. */
const sources = async () =>
  (await told(folders.map((folder) => `findmnt -no SOURCE ${folder}`).join("; "))).split("\n");

/** Writes the files of a host state and runs its commands, as Puppet does; returns the titles of commands that ran. */
async function applied(state: HostState): Promise<string[]> {
  const done: string[] = [];
  for (const { type, title, parameters } of state) {
    const { ensure, content, command, unless, refreshonly } = parameters as Record<string, string>;
    if (ensure === "directory") await told(`mkdir -p ${title}`);
    if (ensure === "file") {
      await machine.exec(["sh", "-ec", `cat >${title}`], { stdin: content });
    }
    if (type !== "exec") continue;
    if (unless !== undefined && (await machine.exec(["bash", "-c", unless])).code === 0) continue;
    const { code, stderr } = await machine.exec([command ?? []].flat());
    if (code !== 0) throw new Error(stderr);
    if (refreshonly === undefined) done.push(title);
  }
  return done;
}

beforeAll(async () => {
  disk = await emptyDisk("data-volume", 512 * 1024 * 1024);
  await startMachine();
});
afterAll(async () => {
  await machine.remove();
  await disk.remove();
});

test("an empty disk is formatted, and gets the folders with their contents", async () => {
  await told(`mkdir -p ${ca} && echo key >${ca}/ca_key.pem && chmod 0640 ${ca}/ca_key.pem`);
  await told(`chgrp daemon ${ca}/ca_key.pem`);
  expect(await told(ready)).toBe("main.example.test: ready");
  expect(await sources()).toEqual(folders.map((folder) => `${disk.device}[${folder}]`));
  expect(await told(`cat ${ca}/ca_key.pem; stat --format %a:%U:%G ${ca}/ca_key.pem`)).toBe(
    "key\n640:root:daemon",
  );
});

test("a second run changes nothing", async () => {
  const before = await told("cat /etc/fstab; findmnt --real");
  expect(await told(ready)).toBe("main.example.test: ready");
  expect(await told("cat /etc/fstab; findmnt --real")).toBe(before);
  expect(await applied(mountsOf(folders))).toEqual([]);
});

test("a service does not start without the folders, and they are mounted before it is configured", async () => {
  await told("printf '[Service]\\nExecStart=/bin/sleep 600\\n' >/etc/systemd/system/ours.service");
  await told("mkdir /etc/systemd/system/ours.service.d");
  expect(await applied(startsMounted("ours", folders))).toEqual([]);
  await told("systemctl start ours && systemctl stop ours");

  await told(`umount ${folders.join(" ")} /data && systemctl daemon-reload`);
  await expect(told("systemctl start ours")).rejects.toThrow("A dependency job for ours.service");
  await expect(applied(mountsOf(folders))).rejects.toThrow(
    `/etc/fstab has ${ca} on a volume that cannot be mounted; systemctl status ${ca} on this host says why`,
  );

  // With udev, systemd would see the disk and mount it; here it notices the mount after a moment.
  await told(
    "mount /data && timeout 10 sh -c 'until systemctl is-active --quiet data.mount; do sleep 0.1; done'",
  );
  expect(await applied(mountsOf(folders))).toEqual(folders.map((folder) => `mount ${folder}`));
  expect(await sources()).toEqual(folders.map((folder) => `${disk.device}[${folder}]`));
  await told("systemctl start ours");
});

test("a folder added later is moved while its service is running", async () => {
  const [data, configuration] = databaseFolders;
  await told(`umount ${configuration} && rmdir /data${configuration}`);
  await told(`sed -i '\\, ${configuration} ,d' /etc/fstab && systemctl daemon-reload`);
  expect(await told(readyWith([ca, data]))).toBe("main.example.test: ready");
  expect(await applied(keptDatabases())).toEqual([]);
  await told(installed);
  await told("runuser --user postgres -- createdb kept");

  const process = () => told("systemctl show --property MainPID postgresql@*-main.service");
  const before = await process();
  expect(before).toMatch(/^MainPID=[1-9]/);
  expect(await told(ready)).toBe("main.example.test: ready");
  expect(await sources()).toEqual(folders.map((folder) => `${disk.device}[${folder}]`));
  expect(await process()).toBe(before);
  await told("systemctl restart postgresql@*-main.service");
});

test("a different machine uses the disk's contents, with the databases", async () => {
  const number = await told("id --user postgres");
  await machine.remove();

  await startMachine();
  // There, a different user has the UID of postgres.
  await told(`useradd --system --uid ${number} earlier`);
  expect(await told(ready)).toBe("main.example.test: ready");
  expect(await told(`cat ${ca}/ca_key.pem; stat --format %U ${databaseFolders.join(" ")}`)).toBe(
    "key\nearlier\nearlier",
  );
  expect(await applied(keptDatabases())).toEqual(["PostgreSQL owns its databases"]);
  await told(installed);
  expect(await told("runuser --user postgres -- psql --list --csv | cut -d , -f 1")).toContain(
    "kept",
  );
  expect(await told("stat --format %U /etc/postgresql/*/main/pg_hba.conf")).toBe("postgres");
  expect(await applied(keptDatabases())).toEqual([]);
});
