import { afterAll, beforeAll, expect, it } from "vitest";
import {
  renderAuthorizedKeys,
  renderSshConfig,
} from "../../../templates/code-deployment/code-deployment.js";
import { CodeLab } from "../../support/contract/code-lab.js";

const folder = "/etc/puppet-code/.ssh";
const names = Array.from({ length: 50 }, (_, at) => `compiler${String(at + 1)}`);
const compilers = names.map((name) => ({ name, fqdn: `${name}.example.test` }));

let lab: CodeLab;
beforeAll(async () => {
  lab = await CodeLab.start("fan-out", "r10k");
  // One SSH server, with its packaged limit on connections that have not logged in, is the main server and all compilers.
  await lab.run(`useradd --system --home-dir /etc/puppet-code --shell /bin/sh puppet-code
    mkdir -p ${folder} /root/.ssh
    for key in id_ed25519 compiler; do ssh-keygen -q -t ed25519 -N '' -f ${folder}/$key; done
    ln -s ${folder}/config /root/.ssh/config
    ssh-keygen -q -A; systemctl start ssh
    ssh-keyscan -t ed25519 localhost 2>/dev/null | sed 's/^localhost/*/' >${folder}/known_hosts
    echo '127.0.0.1 main.example.test ${compilers.map(({ fqdn }) => fqdn).join(" ")}' >>/etc/hosts`);
  await lab.write(`${folder}/config`, renderSshConfig([]));
  const key = (name: string) => lab.run(`cat ${folder}/${name}.pub`);
  const fetches = renderAuthorizedKeys("/usr/bin/rrsync -ro /var/lib/puppet-code/published", [
    await key("compiler"),
  ]);
  const syncs = renderAuthorizedKeys("/usr/local/sbin/compiler-sync", [await key("id_ed25519")]);
  await lab.write(`${folder}/authorized_keys`, fetches + syncs);
  // As a compiler does: fetches over SSH from the main server, and answers.
  const ssh = `ssh -F none -o BatchMode=yes -o IdentitiesOnly=yes -o UserKnownHostsFile=${folder}/known_hosts -i ${folder}/compiler`;
  await lab.write(
    "/usr/local/sbin/compiler-sync",
    `#!/bin/bash
copy=$(mktemp -d)
if errors=$(rsync --recursive --rsh='${ssh}' puppet-code@main.example.test:production $copy 2>&1); then echo '{"state":"deployed","commits":{}}'
else echo '{"state":"failed","commits":{},"error":"'"$(tail -1 <<<"$errors" | tr -d '"')"'"}'; fi
`,
    "0755",
  );
  await lab.run(`chown puppet-code: ${folder}/compiler`);
});
afterAll(() => lab.remove());

it("lets fifty compilers fetch from the main server, and sshd turns none away", async () => {
  await lab.settings({ compilers });
  await lab.commit("production", { "manifests/site.pp": "node default {}\n" });
  const { outcome, servers, errors } = await lab.deploy();
  const others = servers.slice(1).filter(({ state }) => state !== "deployed");
  expect({ outcome, errors, others }).toEqual({ outcome: "success", errors: [], others: [] });
  expect(servers).toHaveLength(51);
});
