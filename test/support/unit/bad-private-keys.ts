import { address, existing, first, keys, publicKey, serverKeys } from "./bad-existing-setting.js";
import type { BadSettings } from "./bad-setting.js";
import { hostKey, privateKey, secretText } from "./platform-settings.js";

const list = "write a list of servers, each with name, role, address, hostKey, cores and memory.";
const pem = (setting: string) =>
  `write a private key in PEM, with npm run pulumi -- config set --stack STACK --secret --path puppet:${setting}.`;
const jumpHost = "write an object with address, port, user, hostKey, privateKey.";

/** Invalid private keys in every form. */
const badKeys: readonly unknown[] = [
  secretText,
  privateKey.replaceAll("\n", " "),
  privateKey.replace("-----END", "-----AND"),
  privateKey.replaceAll("PRIVATE", "PUBLIC"),
  privateKey.replaceAll("\n", "\r\n"),
  `${privateKey}\n\n${secretText}`,
  ` ${privateKey}`,
  8765432187654321,
  true,
  null,
  [privateKey],
  { pem: privateKey },
  { [privateKey]: secretText },
];

const unsuitableKeys: readonly BadSettings[] = badKeys.flatMap((value, index) => [
  existing(`invalid private key ${String(index)}`, { privateKey: value }, [
    `puppet:existing.privateKey is invalid; ${pem("existing.privateKey")}`,
  ]),
  existing(
    `invalid private key ${String(index)} of the jump host`,
    { jumpHost: { address: "jump.example.test", hostKey, privateKey: value } },
    [`puppet:existing.jumpHost.privateKey is invalid; ${pem("existing.jumpHost.privateKey")}`],
  ),
]);

/** A private key where something else belongs. */
const misplacedKeys: readonly BadSettings[] = [
  first("a private key as the host's", { hostKey: privateKey }, `hostKey is invalid; ${publicKey}`),
  first(
    "a private key as the host's, without its first line",
    { hostKey: secretText },
    `hostKey is invalid; ${publicKey}`,
  ),
  first(
    "a private key as a user",
    { user: privateKey },
    "user is invalid; write the name of a user, such as root or admin.",
  ),
  first(
    "a private key for a server's address",
    { address: privateKey },
    `address is invalid; ${address}`,
  ),
  first(
    "a private key of one server",
    { privateKey },
    `privateKey is not a setting; write one of ${serverKeys}, or remove it.`,
  ),
  existing("a jump host that is a private key", { jumpHost: privateKey }, [
    `puppet:existing.jumpHost is invalid; ${jumpHost}`,
  ]),
  existing("a list of jump hosts", { jumpHost: [{ address: "a", hostKey, privateKey }] }, [
    `puppet:existing.jumpHost is invalid; ${jumpHost}`,
  ]),
  existing("servers by their names", { servers: { alpha: { privateKey: secretText } } }, [
    `puppet:existing.servers is invalid; ${list}`,
  ]),
  existing("a server that is a list", { servers: [[secretText]] }, [
    `puppet:existing.servers[0] is invalid; write an object with ${serverKeys}.`,
  ]),
  existing("a private key as the name of a setting", { [privateKey]: "" }, [
    `puppet:existing.(a private key) is not a setting; write one of ${keys}, or remove it.`,
  ]),
  {
    what: "existing: all of it a private key",
    values: { platform: "existing", existing: privateKey },
    sentences: [`puppet:existing is invalid; write an object with ${keys}.`],
  },
  {
    what: "existing: a list with a private key",
    values: { platform: "existing", existing: [{ privateKey }] },
    sentences: [`puppet:existing is invalid; write an object with ${keys}.`],
  },
  {
    what: "existing: a text that is not JSON",
    values: { platform: "existing", existing: `{"privateKey":"${secretText}"` },
    sentences: [`puppet:existing is invalid; write an object with ${keys}.`],
  },
  {
    what: "a private key in another group",
    values: { loadBalancer: privateKey, compiler: { heap: { privateKey } } },
    sentences: [
      "puppet:loadBalancer is invalid; write an object with statsPort, compileTimeout.",
      "puppet:compiler.heap is invalid; write a whole number of MiB from 512 to 65536.",
    ],
  },
];

/** Private keys that are invalid or in the wrong place: no sentence shows them. */
export const badPrivateKeys: readonly BadSettings[] = [...unsuitableKeys, ...misplacedKeys];
