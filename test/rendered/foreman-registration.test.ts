import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  registerScript,
  registrationFile,
  renderRegister,
  renderRegistration,
} from "../../templates/foreman/foreman.js";
import {
  control,
  done,
  installDeadline,
  install,
  installForeman,
  leaveForeman,
  password,
  server,
  startService,
  stopService,
  trust,
  trusted,
} from "../support/rendered/foreman-client.js";
import { inParsers } from "../support/rendered/parsers.js";

const theirs = "main.elsewhere.test";
const leaving = "compiler2.example.test";

const registered = (names: readonly string[]) =>
  install(
    registrationFile,
    renderRegistration({ user: "admin", password, trusted: names }),
    "0600",
  );

describe("a server that leaves", () => {
  beforeAll(async () => {
    await installForeman();
    await install(registerScript, renderRegister({ ruby: "/usr/bin/ruby" }), "0755");
  }, installDeadline);
  afterAll(leaveForeman);

  beforeEach(async () => {
    await done(["rm", "-f", "/etc/puppet-foreman/told.json"]);
    await startService();
    await control("POST", "/reset");
    await trust([theirs]);
    await registered([server, leaving]);
    await done([registerScript, "--keep"]);
    await registered([server]);
  });

  it("stays a trusted host until it is dismissed; those of others stay for good", async () => {
    await done([registerScript, "--keep"]);
    await done([registerScript, "--keep"]);
    expect(await trusted()).toEqual([theirs, server, leaving]);
    await done([registerScript, "--dismiss"]);
    expect(await trusted()).toEqual([theirs, server]);
  });

  it("is dismissed by the next attempt if Foreman is away, which is asked only if one has left", async () => {
    await done([registerScript, "--keep"]);
    await stopService();
    const { code, stderr } = await inParsers([registerScript, "--dismiss"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Foreman at \S+ cannot be told of this environment as user admin: /);
    await startService();
    await trust([theirs, server, leaving]);
    await done([registerScript, "--dismiss"]);
    expect(await trusted()).toEqual([theirs, server]);
    await stopService();
    await done([registerScript, "--dismiss"]);
  });

  it("leaves at once where nothing has to wait for it, and with all others when they are withdrawn", async () => {
    await done([registerScript]);
    expect(await trusted()).toEqual([theirs, server]);
    await done([registerScript, "--withdraw"]);
    expect(await trusted()).toEqual([theirs]);
  });
});
