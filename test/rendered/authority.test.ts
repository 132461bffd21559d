import { beforeEach, expect, it } from "vitest";
import { ownershipFolder, renderOwnership } from "../../templates/puppetserver/puppetserver.js";
import { inParsers } from "../support/rendered/parsers.js";

const cadir = "/tmp/ownership/ca";
const agentKey = "/tmp/ownership/agent.key";
const offer = "/var/lib/pulumi-puppet/take-over";
const script = renderOwnership({ cadir, ssldir: "/tmp/ownership/ssl", agentKey, user: "puppet" });
/** SHA-256 of a file with another agents' key. */
const other = "0".repeat(64);

const shell = async (command: string) => {
  const { code, stdout, stderr } = await inParsers(["sh", "-ec", command]);
  if (code !== 0) throw new Error(stderr);
  return stdout;
};
const deployed = (id: string, digest = other) =>
  inParsers(["sh", "-c", script, "sh", id, digest, `stack-of-${id} of puppet`]);
const owner = () => shell(`cat ${ownershipFolder}/id 2>/dev/null || true`);
const ok = { code: 0, stdout: "", stderr: "" };

/** A CA in its user's folder. */
const makeCa = () =>
  shell(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=Their CA' -keyout /dev/null -out ${cadir}/ca_crt.pem 2>/dev/null && chown puppet: ${cadir}/ca_crt.pem`,
  );

beforeEach(() =>
  shell(
    `rm -rf /tmp/ownership ${ownershipFolder} ${offer} && mkdir -p ${cadir} ${ownershipFolder} && chmod 0700 ${ownershipFolder} && chown puppet: ${cadir}`,
  ),
);

it("a host without a CA is the stack's, and no other's from then on", async () => {
  expect(await deployed("one")).toEqual(ok);
  expect(await owner()).toBe("one\nstack-of-one of puppet\n");
  expect(await shell(`stat --format '%U %a' ${ownershipFolder}/id`)).toBe("root 600\n");

  await makeCa();
  const { code, stderr } = await deployed("two");
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^this host has a CA that this stack did not make: subject=CN ?= ?Their CA notAfter=.* GMT, of the stack stack-of-one of puppet; to go on with it, run touch \/var\/lib\/pulumi-puppet\/take-over on this host as root and deploy again, otherwise use another host, or move \S+ and \S+ away\n$/,
  );
  expect(await owner()).toContain("one");
});

it("a CA that nobody noted is refused, unless root offers it once", async () => {
  await makeCa();
  expect((await deployed("one")).code).toBe(1);
  expect(await owner()).toBe("");
  await shell(`touch ${offer}`);
  expect(await deployed("one")).toEqual(ok);
  expect(await owner()).toContain("one");
  expect(await shell(`ls ${offer} 2>&1 || true`)).toContain("No such file");
  expect((await deployed("two")).code).toBe(1);
});

it("a CA of an earlier version is known by the agents' key, until an id says whose it is", async () => {
  await makeCa();
  await shell(`echo the-agents-key >${agentKey}`);
  const digest = (await shell(`sha256sum ${agentKey}`)).slice(0, 64);
  expect((await deployed("two")).code).toBe(1);
  expect(await deployed("one", digest)).toEqual(ok);
  // The same key is of no use to another id.
  expect((await deployed("two", digest)).code).toBe(1);
});

it("a link of the CA's user shows nothing of root's", async () => {
  await shell(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=secret' -keyout /dev/null -out /root/private.pem 2>/dev/null; chmod 0600 /root/private.pem`,
  );
  await shell(`ln -s /root/private.pem ${cadir}/ca_crt.pem`);
  const { code, stderr } = await deployed("one");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^this host has a CA that this stack did not make: unreadable;/);
});
