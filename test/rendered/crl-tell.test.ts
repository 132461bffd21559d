import { afterAll, beforeAll, expect, it } from "vitest";
import { renderCrlRefresh, renderCrlService, renderCrlTell } from "../../templates/crl/crl.js";
import { outputOf as output } from "../support/rendered/parsers.js";

const [name, folder] = ["crl-tell-test", "/var/tmp/crl-tell-test"];
const unit = `/etc/systemd/system/${name}.service`;
const program = `/usr/local/sbin/${name}`;
const install = (path: string, content: string, mode = "0755") =>
  output(`install -D -m ${mode} /dev/stdin ${path}`, content);

/** Runs the unit some times, and gives what the journal has of it since the last time. */
const runs = async (times: number) => {
  await output(
    `cursor=$(journalctl --lines=0 --show-cursor | sed -n 's/^-- cursor: //p'); echo "$cursor" >${folder}/cursor
for run in $(seq ${String(times)}); do systemctl reset-failed ${name} 2>/dev/null || true; systemctl start ${name} 2>/dev/null || true; done
journalctl --sync`,
  );
  const journal = await output(
    `journalctl --unit=${name} --after-cursor="$(cat ${folder}/cursor)" --output=cat --quiet`,
  );
  return journal.split("\n").filter(Boolean);
};

beforeAll(async () => {
  await output(`rm -rf ${folder}; mkdir ${folder}`);
  await install("/usr/local/sbin/puppet-crl-tell", renderCrlTell());
  const list = { list: `${folder}/crl.pem`, caFile: `${folder}/ca.pem`, caServer: "localhost" };
  // Nothing listens there.
  await install(program, renderCrlRefresh(list).replace(":8140/", ":8149/"));
  await install(unit, renderCrlService({ name, user: "root", apply: `${program}-apply` }), "0644");
  await install(`${program}-apply`, "#!/bin/sh\n");
  await output("touch /var/tmp/crl-tell-test/ca.pem; systemctl daemon-reload");
});
afterAll(() =>
  output(`rm -rf ${folder} ${unit} ${program}* /run/${name}.*; systemctl daemon-reload`),
);

it("a revocation list that is not refreshed is told with the reason: at first, each hour, and when it is again", async () => {
  const failing = expect.stringMatching(
    /^the revocation list is not refreshed since \S+ \S+, and what is revoked from then on is not refused here: curl: \(\d+\) ./,
  ) as string;
  expect(await runs(2)).toEqual([failing]);
  expect(await output(`systemctl is-failed ${name}`)).toBe("failed");
  await output(`touch --date=-61minutes /run/${name}.failing`);
  expect(await runs(2)).toEqual([failing]);

  await install(program, "#!/bin/sh\n");
  expect(await runs(2)).toEqual([
    expect.stringMatching(/^the revocation list is refreshed again; it was not since \S+ \S+$/),
  ]);
  expect(await runs(2)).toEqual([]);

  await install(
    `${program}-apply`,
    "#!/bin/sh\nprintf 'It was not taken:\\nbecause\\n' >&2\nexit 1\n",
  );
  expect(await runs(2)).toEqual([expect.stringMatching(/: It was not taken: because$/)]);
}, 180_000);
