import { beforeAll, expect, it } from "vitest";
import { faultsOf, installGate } from "../support/rendered/gate.js";
import { outputOf } from "../support/rendered/parsers.js";

const saying = (text: string) => expect.stringContaining(text) as string;

beforeAll(installGate);

it("finds keys that Puppet Server alone may read, and says where they are if hiera.yaml names another place", async () => {
  const folder = "/tmp/gate/keys/eyaml";
  await outputOf(
    `install -d ${folder} && install -o puppet -m 0400 /dev/null ${folder}/private_key.pkcs7.pem && install -m 0644 /dev/null ${folder}/public_key.pkcs7.pem`,
  );
  const withKeys = (privateKey: string) => ({
    "hiera.yaml": `---
version: 5
hierarchy:
  - name: Secret
    lookup_key: eyaml_lookup_key
    path: common.eyaml
    options:
      pkcs7_private_key: ${privateKey}
      pkcs7_public_key: ${folder}/public_key.pkcs7.pem
`,
    "data/common.eyaml": "a: ENC[PKCS7,MIIB]\n",
  });
  expect(await faultsOf("keys/tree", withKeys(`${folder}/private_key.pkcs7.pem`))).toEqual([]);
  const elsewhere = "/etc/puppetlabs/puppet/eyaml/private_key.pkcs7.pem";
  expect(await faultsOf("keys/tree", withKeys(elsewhere))).toEqual([
    [
      "hiera.yaml",
      null,
      `pkcs7_private_key of level Secret is ${elsewhere}, which is not there: write ${folder}/private_key.pkcs7.pem`,
    ],
  ]);
  expect(await faultsOf("keys/tree", withKeys(`${folder}/private.pem`))).toEqual([
    ["hiera.yaml", null, saying("put the key there on every server, for Puppet Server to read")],
  ]);
});
