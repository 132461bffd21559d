import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from "vitest";
import { earlierReports } from "../../templates/reports/reports.js";
import { distributions } from "../../distributions/index.js";
import { until } from "../support/until.js";
import {
  control,
  done,
  emptySpool,
  install,
  installDeadline,
  installForeman,
  leaveForeman,
  received,
  server,
  shell,
  startService,
  stopService,
  trust,
  url,
} from "../support/rendered/foreman-client.js";
import { inParsers } from "../support/rendered/parsers.js";
import {
  answerWith,
  folderOf,
  journal,
  keep,
  killSender,
  puppetdbUrl,
  quickly,
  setReports,
  startPuppetDb,
  startSending,
  status,
  stopPuppetDb,
  stopSending,
  takenByPuppetDb,
} from "../support/rendered/reports.js";

const caFile = `${distributions.debian.paths.ssldir}/certs/ca.pem`;
const reportOf = (node: string, changes: object = {}) =>
  JSON.stringify({
    config_report: {
      ...{ host: node, reported_at: "2026-12-01 10:00:00 UTC", status: {}, metrics: {}, logs: [] },
      ...changes,
    },
  });
const logs = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    log: {
      level: "info",
      sources: { source: "Puppet" },
      messages: { message: `line ${String(number)}` },
    },
  }));
const sent = (destination: "puppetdb" | "foreman", seconds = 20) =>
  until(
    `nothing waits for ${destination}`,
    async () => (await status())[destination].waiting === 0,
    seconds,
  );
/** Statuses of the reports that Foreman got of a node. */
const answersFor = async (node: string) =>
  (await received()).reports
    .filter(({ content }) => content?.config_report.host === node)
    .map(({ status }) => status);

beforeAll(async () => {
  await installForeman();
  await quickly();
}, installDeadline);

afterAll(async () => {
  await stopPuppetDb();
  await leaveForeman();
});

beforeEach(async () => {
  await emptySpool();
  await setReports({
    ...{ maxBytes: 2 ** 30, maxSeconds: 3600 * 24 },
    puppetdb: { urls: [puppetdbUrl], caFile },
    foreman: { url, caFile },
  });
  await startPuppetDb();
  await startService();
  await control("POST", "/reset");
  await trust([server]);
});

afterEach(stopSending);

describe("reports for PuppetDB", () => {
  it("keep their order by node, and of facts only the newest are sent", async () => {
    await keep("puppetdb", { node: "web1", kind: "facts", body: "old" });
    await keep("puppetdb", { node: "web1", body: "first" });
    await keep("puppetdb", { node: "web2", body: "other" });
    await keep("puppetdb", { node: "web1", kind: "facts", body: "new" });
    await keep("puppetdb", { node: "web1", body: "second" });
    await startSending();
    await sent("puppetdb");
    const taken = await takenByPuppetDb();
    expect(taken.map(({ certname, body }) => `${certname} ${body}`)).toEqual([
      ...["web1 first", "web2 other", "web1 new", "web1 second"],
    ]);
    expect(taken[0]).toMatchObject({
      command: "store_report",
      "producer-timestamp": "2026-12-01T10:00:00.000Z",
    });
  });

  it("are private, and wait with one line in the journal for each outage", async () => {
    const { cursor } = await journal();
    await answerWith("503");
    await keep("puppetdb", { node: "web1", body: "one" });
    await startSending();
    await until("it was tried", async () => (await journal(cursor)).lines.length > 0, 10);
    // Some more tries.
    await shell("sleep 4");
    expect((await journal(cursor)).lines).toEqual([
      expect.stringMatching(/^PuppetDB takes no reports, 1 wait: it answers 503/),
    ]);
    expect(await done(["sh", "-c", `stat --format %a ${folderOf("puppetdb")}/*`])).toBe("600\n");
    await answerWith("ok");
    await sent("puppetdb");
    expect((await journal(cursor)).lines.slice(1)).toEqual([
      "PuppetDB takes reports again, 0 wait",
    ]);
    expect((await takenByPuppetDb()).map(({ body }) => body)).toEqual(["one"]);
  });

  it("are sent again, byte for byte, when nobody answered or the sender was killed", async () => {
    await answerWith("hang");
    await keep("puppetdb", { node: "web1", body: "one" });
    await startSending();
    const takes = (times: number) =>
      until("it was taken", async () => (await takenByPuppetDb()).length >= times, 15);
    await takes(2);
    await killSender();
    await answerWith("ok");
    await startSending();
    await takes(3);
    await sent("puppetdb");
    expect(new Set((await takenByPuppetDb()).map((taken) => JSON.stringify(taken))).size).toBe(1);
  });

  it("that PuppetDB refuses are dropped, counted and named, and the next ones are sent", async () => {
    const { cursor } = await journal();
    await answerWith("400");
    await keep("puppetdb", { node: "bad", body: "bad" });
    await startSending();
    await sent("puppetdb");
    await answerWith("ok");
    await keep("puppetdb", { node: "good", body: "good" });
    await sent("puppetdb");
    expect((await status()).puppetdb).toEqual({
      ...{ waiting: 0, bytes: 0, oldest: null, dropped: 1 },
      last: [
        {
          ...{ node: "bad", time: "2026-12-01T10:00:00.000Z", transaction: "of bad" },
          dropped: expect.stringMatching(/^\d{4}-/) as unknown,
          reason: expect.stringMatching(/^PuppetDB does not take it: it answers 400/) as unknown,
        },
      ],
    });
    expect((await journal(cursor)).lines).toEqual([
      expect.stringMatching(/^the report of bad of 2026-12-01T10:00:00.000Z is dropped: PuppetDB/),
    ]);
    expect((await takenByPuppetDb()).map(({ body }) => body)).toEqual(["good"]);
  });

  it("keep their order over an outage, and none is dropped when PuppetDB fails at all of them, however old they are", async () => {
    const { cursor } = await journal();
    await answerWith("500");
    const bodies = ["first", "second", "third", "fourth"];
    for (const body of bodies) await keep("puppetdb", { node: "web1", age: 7200, body });
    await keep("puppetdb", { node: "web2", body: "other" });
    await startSending();
    await until("it was noticed", async () => (await journal(cursor)).lines.length > 0, 15);
    // Longer than one is tried.
    await shell("sleep 5");
    expect((await status()).puppetdb).toMatchObject({ waiting: 5, dropped: 0 });
    await answerWith("ok");
    await sent("puppetdb");
    const taken = await takenByPuppetDb();
    expect(taken.flatMap(({ certname, body }) => (certname === "web1" ? body : []))).toEqual(
      bodies,
    );
    expect((await journal(cursor)).lines).toEqual([
      expect.stringMatching(
        /^PuppetDB takes no reports, 5 wait: PuppetDB fails at it: it answers 500/,
      ),
      expect.stringMatching(/^PuppetDB takes reports again, \d wait$/),
    ]);
  });

  it("whose files are broken are dropped, and hold up nothing", async () => {
    const name = (time: string) => `20261201T10000000000${time}-report-00000000-web1`;
    for (const [index, content] of ["", "[]\n", "null\n{}", "{", "\u00ff\n"].entries())
      await install(`${folderOf("puppetdb")}/${name(String(index))}`, content, "0600");
    await keep("puppetdb", { node: "web1", body: "good" });
    await startSending();
    await sent("puppetdb");
    expect((await takenByPuppetDb()).map(({ body }) => body)).toEqual(["good"]);
    const { puppetdb } = await status();
    expect(puppetdb.dropped).toBe(5);
    expect(new Set(puppetdb.last.map(({ reason }) => reason))).toEqual(
      new Set(["its file is broken"]),
    );
  });

  it("are dropped when they are older than the limit", async () => {
    await setReports({ maxSeconds: 3600 });
    await answerWith("503");
    await keep("puppetdb", { node: "old", age: 3700, body: "old" });
    await keep("puppetdb", { node: "young", age: 3500, body: "young" });
    await startSending();
    await until("one is dropped", async () => (await status()).puppetdb.dropped === 1, 10);
    const { puppetdb } = await status();
    expect(puppetdb).toMatchObject({
      waiting: 1,
      last: [{ node: "old", reason: "it has waited for 1 hours" }],
    });
    expect(puppetdb.oldest).toBeGreaterThan(3490);
  });

  it("are sent to the next PuppetDB if the first one is down", async () => {
    await setReports({
      puppetdb: { urls: [puppetdbUrl.replace("8081", "8089"), puppetdbUrl], caFile },
    });
    await keep("puppetdb", { node: "web1", body: "one" });
    await startSending();
    await sent("puppetdb");
    expect(await takenByPuppetDb()).toHaveLength(1);
  });
});

describe("a spool", () => {
  /** Ruby: Puppet Server's part, as Puppet loads it. */
  const inServer = (program: string) =>
    inParsers([
      "ruby",
      "-rpuppet",
      "-r/usr/local/lib/puppet-reports/kept",
      "-e",
      `Puppet::Util::Log.newdestination(:console); ${program}`,
    ]);
  const about = '{ "node" => "web1", "time" => "now", "transaction" => "1" }';

  it("that is full takes no more, and says whose report is dropped", async () => {
    await setReports({ maxBytes: 3000 });
    const { code, stderr, stdout } = await inServer(
      `3.times { PuppetReports.keep("puppetdb", "report", ${about}, "x" * 1200) }`,
    );
    expect(code, stderr).toBe(0);
    expect(stdout + stderr).toContain(
      "the report of web1 for puppetdb is dropped: 2 KiB wait for puppetdb already",
    );
    expect((await status()).puppetdb).toMatchObject({
      waiting: 2,
      dropped: 1,
      last: [{ node: "web1" }],
    });
  });

  it("on a disk that is full does not stop a run: what can be sent at once is, and the rest is counted later", async () => {
    await shell(
      `mount -t tmpfs -o size=64k none ${folderOf("")}; mkdir -p ${["puppetdb", "foreman", "unfinished", "asked"].map(folderOf).join(" ")}`,
    );
    try {
      const { code, stdout, stderr } = await inServer(`
File.write("${folderOf("filler")}", "x" * 32_768)
PuppetReports.keep("puppetdb", "report", ${about}, "x" * 60_000) { puts "sent at once"; {} }
# PuppetDB is away as well.
PuppetReports.keep("puppetdb", "report", ${about}, "x" * 60_000) { nil }
PuppetReports.keep("puppetdb", "report", ${about}, "x" * 60_000) { raise "away" }
PuppetReports.keep("foreman", "report", ${about}, "x" * 60_000)
File.delete("${folderOf("filler")}")
PuppetReports.keep("foreman", "report", ${about}, "x")`);
      expect(code, stderr).toBe(0);
      expect(stdout).toContain("sent at once");
      const { foreman, puppetdb } = await status();
      expect(foreman).toMatchObject({
        ...{ waiting: 1, dropped: 1 },
        last: [{ reason: expect.stringContaining("No space left") as unknown }],
      });
      expect(puppetdb).toMatchObject({ waiting: 0, dropped: 2 });
      expect(await done(["ls", folderOf("unfinished")])).toBe("");
    } finally {
      await shell(`umount ${folderOf("")}`);
    }
  });

  it("keeps what is no longer sent anywhere from staying for ever", async () => {
    await keep("foreman", { node: "web1" });
    await setReports({ foreman: undefined });
    await startSending();
    await sent("foreman");
    expect((await status()).foreman).toMatchObject({
      ...{ dropped: 1 },
      last: [{ reason: "it is not used any more" }],
    });
  });
});

describe("reports for Foreman", () => {
  it("are made by a run of Puppet in Foreman's format, and accepted", async () => {
    const run = (code: string) =>
      inParsers([
        ...["puppet", "apply", "--report", "--reports", "spooled", "--certname", "web1"],
        ...["--libdir", "/var/lib/puppetserver/lib", "--detailed-exitcodes", "-e", code],
      ]);
    await run('notify { "first": }');
    // Foreman accepts only one report of the same second.
    await shell("now=$(date +%s); while test $(date +%s) = $now; do sleep 0.1; done");
    await run(
      'exec { "/bin/false": } file { "/tmp/none": ensure => absent, require => Exec["/bin/false"] }',
    );
    expect((await status()).foreman).toMatchObject({ waiting: 2 });
    await startSending();
    await sent("foreman");
    const { reports } = await received();
    expect(reports.map(({ status, certificate }) => [status, certificate])).toEqual([
      [201, server],
      [201, server],
    ]);
    const [first, second] = reports.map(({ content }) => content?.config_report);
    expect(first).toMatchObject({
      host: "web1",
      status: { applied: 1, failed: 0, skipped: 0, pending: 0, restarted: 0, failed_restarts: 0 },
    });
    expect(first?.metrics.resources).toMatchObject({ changed: 1 });
    expect(first?.logs.some(({ log }) => log.sources.source.includes("Notify[first]"))).toBe(true);
    expect(second).toMatchObject({ status: { failed: 1, skipped: 1 } });
    expect(second?.logs.some(({ log }) => log.level === "err")).toBe(true);
  });

  it("do not wait for a large one, which Foreman takes long for", async () => {
    await control("PUT", "/work", { workers: 5, secondsPerLog: 0.01 });
    await keep("foreman", { node: "large", body: reportOf("large", { logs: logs(1000) }) });
    for (const node of ["web1", "web2"]) await keep("foreman", { node, body: reportOf(node) });
    // Longer than it takes, as in earnest.
    await shell(
      "sed -i 's/^  LONGEST = .*/  LONGEST = 40/' /usr/local/lib/puppet-reports/foreman.rb",
    );
    onTestFinished(async () => {
      await quickly();
    });
    await startSending();
    await until("the small ones are there", async () => (await status()).foreman.waiting === 1, 9);
    await sent("foreman");
    expect(await answersFor("large")).toEqual([201]);
  });

  it("are there once when Foreman hangs, and those that nobody answered are not sent before it answers", async () => {
    const { cursor } = await journal();
    await control("PUT", "/stopped", { stopped: true });
    const nodes = ["web1", "web2", "web3", "web4", "web5"];
    for (const node of nodes) await keep("foreman", { node, body: reportOf(node) });
    await startSending();
    await until("it was noticed", async () => (await journal(cursor)).lines.length > 0, 15);
    // Some more tries.
    await shell("sleep 6");
    await control("PUT", "/stopped", { stopped: false });
    await sent("foreman", 30);
    for (const node of nodes) {
      expect((await answersFor(node)).filter((status) => status === 201)).toEqual([201]);
    }
    expect((await journal(cursor)).lines).toEqual([
      expect.stringMatching(
        /^Foreman takes no reports, 5 wait: foreman.example.test does not answer/,
      ),
      expect.stringMatching(/^Foreman takes reports again, \d wait$/),
    ]);
    expect((await status()).foreman.dropped).toBe(0);
  });

  it("that were on their way when the sender was killed are there once", async () => {
    await control("PUT", "/work", { workers: 5, secondsPerLog: 0.01 });
    await keep("foreman", { node: "large", body: reportOf("large", { logs: logs(1000) }) });
    await startSending();
    await until("it is on its way", async () => (await received()).reports.length === 1, 10);
    await killSender();
    await startSending();
    await sent("foreman", 30);
    await until(
      "the first try is done, and the second one was refused",
      async () => String(await answersFor("large")) === "201,422",
      30,
    );
    expect((await status()).foreman.dropped).toBe(0);
  });

  it("do not wait for one that Foreman fails at, which is dropped after an hour while others are taken", async () => {
    await keep("foreman", {
      node: "bad",
      body: JSON.stringify({ config_report: { host: "bad" } }),
    });
    await keep("foreman", { node: "good", body: reportOf("good") });
    await startSending();
    await until("the good one is there", async () => (await status()).foreman.waiting === 1, 10);
    expect(await answersFor("good")).toEqual([201]);
    expect((await status()).foreman.dropped).toBe(0);
    // As long as it is tried.
    await sent("foreman");
    expect((await status()).foreman).toMatchObject({
      ...{ dropped: 1 },
      last: [
        { node: "bad", reason: expect.stringMatching(/^Foreman fails at it: .*500/) as unknown },
      ],
    });
  });

  it("wait while Foreman is down, or does not trust this server", async () => {
    await stopService();
    await keep("foreman", { node: "web1", body: reportOf("web1") });
    const { cursor } = await journal();
    await startSending();
    await until("it was tried", async () => (await journal(cursor)).lines.length > 0, 10);
    await startService();
    await shell("sleep 2");
    // A Foreman that has started trusts nobody here.
    expect((await status()).foreman.waiting).toBe(1);
    await trust([server]);
    await sent("foreman");
    expect((await answersFor("web1")).at(-1)).toBe(201);
  });

  it("that an earlier version kept are sent too", async () => {
    await install(`${earlierReports}/20261201T100000-00.json`, reportOf("web1"));
    await install(`${earlierReports}/20261201T100001-00.json`, "{");
    await startSending();
    await until("it was sent", async () => (await answersFor("web1")).length === 1, 10);
    expect(await done(["ls", earlierReports])).toBe("20261201T100001-00.json.broken\n");
    await shell(`rm -r ${earlierReports}`);
  });
});
